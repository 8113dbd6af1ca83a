namespace OrderFlow;

/// <summary>The run cannot go on, or did not come as far as it had to in time: what, in one line. It breaks the run; it is not the user's to mend.</summary>
internal sealed class FlowFaultException(string message) : Exception(message);
