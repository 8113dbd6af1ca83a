namespace OrderFlow;

/// <summary>A step of the run failed or timed out; the message names it in one line. It makes the run fail, and it is not an error of the user.</summary>
internal sealed class FlowFaultException(string message) : Exception(message);
