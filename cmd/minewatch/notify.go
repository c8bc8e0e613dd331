package main

import (
	"errors"
	"fmt"
	"net"
	"os"
)

// notifyReady tells the service manager that waits for it that the program
// does its work now, as sd_notify(3) says: in a datagram to the socket that
// the environment names. Where none does, nobody waits.
func notifyReady(status string) error {
	address := os.Getenv("NOTIFY_SOCKET")
	if address == "" {
		return nil
	}
	conn, err := net.Dial("unixgram", address)
	if err != nil {
		return fmt.Errorf("tell the service manager (NOTIFY_SOCKET): %w", err)
	}
	_, err = fmt.Fprintf(conn, "READY=1\nSTATUS=%s", status)
	return errors.Join(err, conn.Close())
}
