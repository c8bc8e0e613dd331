package lake

// FrameHeader is the length of what stands before each frame's stream.
const FrameHeader = frameHeader
