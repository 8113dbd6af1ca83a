namespace TechCorp.Messaging;

/// <summary>The handler of one message type on one queue. Made by a generic method, so that no reflection is needed to call it.</summary>
internal sealed class BoundHandler
{
    private readonly Func<IServiceProvider, MessageContext, CancellationToken, Task> _handle;
    private readonly Action<IServiceProvider> _create;

    private BoundHandler(string wireName, string handlerName, Action<IServiceProvider> create,
        Func<IServiceProvider, MessageContext, CancellationToken, Task> handle)
    {
        _create = create;
        WireName = wireName;
        HandlerName = handlerName;
        _handle = handle;
    }

    internal string WireName { get; }

    internal string HandlerName { get; }

    internal static BoundHandler Of<T>(MessageType<T> type, Func<IServiceProvider, T, MessageContext, CancellationToken, Task> handle,
        Action<IServiceProvider> create, string handlerName)
        where T : notnull
        => new(type.WireName, handlerName, create,
            (services, context, cancellationToken) => handle(services, Deserialize(type, context), context, cancellationToken));

    /// <summary>Makes the handler without calling it. Throws what its constructor or factory throws.</summary>
    internal void Create(IServiceProvider services) => _create(services);

    /// <summary>One attempt. The body is deserialized for each, so that a handler that changes its message does not change the next attempt's.</summary>
    /// <exception cref="UnreadableBodyException">The body is not of the type.</exception>
    internal Task HandleAsync(IServiceProvider services, MessageContext context, CancellationToken cancellationToken)
        => _handle(services, context, cancellationToken);

    private static T Deserialize<T>(MessageType<T> type, MessageContext context)
        where T : notnull
    {
        try
        {
            return type.Serializer.Deserialize(context.Body.Span);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new UnreadableBodyException($"The body of message {context.MessageId ?? "without id"} cannot be read as '{type.WireName}' "
                + $"({typeof(T).Name}): {exception.Message}", exception);
        }
    }
}
