package lockfile_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"minewatch/analyze/lockfile"
)

// folderVariable makes a process of a test's own that makes a folder below
// what it says, says where it is, and waits to be killed.
const folderVariable = "MINEWATCH_TEST_FOLDER"

func holdFolder(parent string) {
	path, _, err := lockfile.Folder(parent, "scratch-")
	if err == nil {
		err = os.WriteFile(filepath.Join(path, "spilled"), []byte("much"), 0o600)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(path)
	time.Sleep(time.Minute)
}

// TestFolderOfTheKilled: a process's folder stays as long as it lives, and goes
// with the next one's start when it was killed.
func TestFolderOfTheKilled(t *testing.T) {
	parent := t.TempDir()
	other := filepath.Join(parent, "somebody's")
	target := filepath.Join(t.TempDir(), "kept")
	for _, folder := range []string{other, target} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(parent, "scratch-link")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), folderVariable+"="+parent)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = holder.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	theirs := strings.TrimSpace(line)
	if err != nil || filepath.Dir(theirs) != parent {
		t.Fatalf("the holder says %q, %v", line, err)
	}

	begin := func() (string, func() error) {
		path, remove, err := lockfile.Folder(parent, "scratch-")
		if err != nil {
			t.Fatal(err)
		}
		return path, remove
	}
	ours, remove := begin()
	if _, err := os.Stat(filepath.Join(theirs, "spilled")); err != nil {
		t.Fatalf("while its process lives: %v", err)
	}
	_ = holder.Process.Kill()
	_ = holder.Wait()
	next, removeNext := begin()
	if _, err := os.Stat(theirs); !os.IsNotExist(err) {
		t.Errorf("after its process was killed: %v", err)
	}
	for _, path := range []string{ours, next, other, link, target} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("not the killed one's: %v", err)
		}
	}
	for _, remove := range []func() error{remove, removeNext} {
		if err := remove(); err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(parent, "*")); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}

// TestFolderWhileOthersStart: nobody's folder is taken for one of the dead
// between being made and being locked, or later.
func TestFolderWhileOthersStart(t *testing.T) {
	parent := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 60 {
				path, remove, err := lockfile.Folder(parent, "scratch-")
				if err != nil {
					t.Error(err)
					return
				}
				if err := os.WriteFile(filepath.Join(path, "spilled"), []byte("much"), 0o600); err != nil {
					t.Errorf("the folder of the living is gone: %v", err)
				}
				if err := remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if left, _ := filepath.Glob(filepath.Join(parent, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestFolderNowhere: a folder that cannot be made is told with its place.
func TestFolderNowhere(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "missing")
	if _, _, err := lockfile.Folder(parent, "scratch-"); err == nil || !strings.Contains(err.Error(), parent) {
		t.Errorf("below a folder that is not there: %v", err)
	}
}
