package intake

// Unpack is for a test with a limit that does not take a gigabyte.
var Unpack = unpack
