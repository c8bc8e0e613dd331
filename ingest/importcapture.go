package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"

	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// captureReader is the flow exports in a capture, as records.
type captureReader struct {
	capture *source.Capture
	before  flow.Counts // of the decoder, when the file began
	piece   bool        // of a larger capture
	intake  intake
}

func (c *captureReader) next(b *batch) error {
	defer c.intake.settle()
	for b.records.Len() < batchRecords {
		d, err := c.capture.Next()
		if err != nil {
			return c.ended(err)
		}
		c.intake.take(&d, b)
	}
	return nil
}

// ended says why the reading ended: at the end of a capture without any flow
// export that can be read, that it is of ordinary traffic, or that its exports
// are damaged. Whoever imports that expects flows, and would take silence for
// none. Of a piece nothing can be said.
func (c *captureReader) ended(err error) error {
	counts := c.counts()
	seen := counts.Datagrams + counts.PacketsNotExport
	if c.piece || !errors.Is(err, io.EOF) || seen == 0 || counts.Datagrams > counts.DatagramsUnknown+counts.DatagramsMalformed {
		return err
	}
	// By accident a few datagrams of ordinary traffic look like exports.
	if counts.DatagramsMalformed > counts.DatagramsUnknown {
		return fmt.Errorf("holds flow exports, but none of them can be read (malformed: %d of %d). "+
			"See with tshark -d udp.port==PORT,cflow what the exporter sends, and capture it again with tcpdump -s 0", counts.DatagramsMalformed, counts.Datagrams)
	}
	return fmt.Errorf("holds no flow exports but ordinary traffic (packets: %d, UDP: %d; none is NetFlow v5 or v9, IPFIX or sFlow v5). "+
		"Let an exporter make flows of it: softflowd -r FILE -a -v 9 -n 127.0.0.1:2055, "+
		"beside minewatch collect --allow 127.0.0.1/32 --time header --stop-after-idle 30s", seen, counts.Datagrams)
}

func (c *captureReader) counts() flow.Counts {
	counts := c.intake.counts()
	counts.Sub(&c.before)
	counts.PacketsNotExport = c.capture.NotExport()
	return counts
}

// pass reads a piece that the lake holds already, for the pieces that follow:
// its templates and sampling rates hold for them too.
func (o *ImportOptions) pass(ctx context.Context, in *inputFile, records recordReader) error {
	if o.InPieces && in.format == source.FormatCapture {
		// What ended it early was told when it was stored.
		if _, err := pump(ctx, records, func(*batch) error { return nil }); err != nil {
			return in.wrap(err)
		}
	}
	o.OnProgress(in.bytes - in.read)
	return nil
}
