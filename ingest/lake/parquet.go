package lake

import (
	"errors"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake/parquetfile"
)

// parquetFile is one Parquet file being written.
type parquetFile struct {
	path string
	file *os.File
	w    *parquetfile.Writer
}

func createFile(path string) (*parquetFile, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	w, err := parquetfile.NewWriter(flow.Schema(), parquetfile.Options{CreatedBy: createdBy})
	if err != nil {
		return nil, errors.Join(err, file.Close(), removeIfThere(path))
	}
	return &parquetFile{path: path, file: file, w: w}, nil
}

// createdBy is what files say of their writer.
const createdBy = "minewatch"

// WriterProperties chooses what makes a scan cheap: delta-encoded integers are
// both smaller and twice as fast to join as plain ones, texts are few enough
// for a dictionary, and zstd takes what repeats. What more is given wins.
func WriterProperties(more ...parquet.WriterProperty) *parquet.WriterProperties {
	properties := []parquet.WriterProperty{
		parquet.WithVersion(parquet.V2_6),
		parquet.WithDataPageVersion(parquet.DataPageV2),
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithCompressionLevel(1),
		parquet.WithCreatedBy(createdBy),
	}
	for _, c := range flow.Columns {
		if c.Type.ID() == arrow.DICTIONARY {
			continue
		}
		properties = append(properties,
			parquet.WithDictionaryFor(c.Name, false),
			parquet.WithEncodingFor(c.Name, parquet.Encodings.DeltaBinaryPacked))
	}
	return parquet.NewWriterProperties(append(properties, more...)...)
}

// write adds the rows as one row group.
func (f *parquetFile) write(rows *flow.Group) error {
	content, group, err := f.w.Encode(rows.Len(), rows.Values)
	if err != nil {
		return err
	}
	if _, err := f.file.WriteAt(content, group.Begin); err != nil {
		return err
	}
	f.w.Add(group)
	return nil
}

// finish writes the footer and returns the size of the file. It is complete
// then, but not yet safe on the disk: that is left to publish, which does it for
// many files at once.
func (f *parquetFile) finish() (int64, error) {
	footer := f.w.Footer()
	_, err := f.file.WriteAt(footer, f.w.Size())
	return f.w.Size() + int64(len(footer)), errors.Join(err, f.file.Close())
}

// abort closes and removes the file.
func (f *parquetFile) abort() error {
	return errors.Join(f.file.Close(), removeIfThere(f.path))
}
