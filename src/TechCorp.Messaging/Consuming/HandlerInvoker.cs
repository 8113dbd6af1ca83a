namespace TechCorp.Messaging;

/// <summary>Reads a body and calls the handler of its type.</summary>
internal abstract class HandlerInvoker(string wireName, string handlerName)
{
    internal string WireName { get; } = wireName;

    internal string HandlerName { get; } = handlerName;

    /// <summary>One attempt. The body is read anew for each, so that a handler that changes its message does not change the next attempt's.</summary>
    /// <exception cref="UnreadableBodyException">The body is not of the type.</exception>
    internal abstract Task InvokeAsync(IServiceProvider services, MessageContext context, CancellationToken cancellationToken);
}
