namespace TechCorp.Messaging;

/// <summary>Reads a body as <typeparamref name="T"/> and calls its handler.</summary>
internal sealed class HandlerInvoker<T>(MessageType<T> type, Func<IServiceProvider, IMessageHandler<T>> factory, string handlerName)
    : HandlerInvoker(type.WireName, handlerName)
    where T : notnull
{
    internal override Task InvokeAsync(IServiceProvider services, MessageContext context, CancellationToken cancellationToken)
    {
        var message = Read(context);
        return factory(services).HandleAsync(message, context, cancellationToken);
    }

    private T Read(MessageContext context)
    {
        try
        {
            return type.Serializer.Deserialize(context.Body.Span);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new UnreadableBodyException($"The body of message {context.MessageId ?? "without id"} cannot be read as '{type.WireName}' ({typeof(T).Name}): {exception.Message}", exception);
        }
    }
}
