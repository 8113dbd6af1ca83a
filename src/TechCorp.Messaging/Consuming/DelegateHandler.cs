namespace TechCorp.Messaging;

/// <summary>A handler that is a function.</summary>
internal sealed class DelegateHandler<T>(Func<T, MessageContext, CancellationToken, Task> handle) : IMessageHandler<T>
{
    public Task HandleAsync(T message, MessageContext context, CancellationToken cancellationToken) => handle(message, context, cancellationToken);
}
