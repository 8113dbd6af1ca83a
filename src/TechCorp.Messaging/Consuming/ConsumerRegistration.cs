namespace TechCorp.Messaging;

/// <summary>One call of <c>AddConsumer</c>: settings, and a handler for one message type.</summary>
internal sealed class ConsumerRegistration
{
    private readonly Func<MessageCatalog, BoundHandler> _bind;

    private ConsumerRegistration(ConsumerOptions options, Type messageType, string handlerName, Func<MessageCatalog, BoundHandler> bind)
    {
        Options = options;
        MessageType = messageType;
        HandlerName = handlerName;
        _bind = bind;
    }

    internal ConsumerOptions Options { get; }

    internal Type MessageType { get; }

    internal string HandlerName { get; }

    /// <param name="attribute">The settings on the handler class, which <paramref name="configure"/> overrides.</param>
    /// <param name="configure">The settings in code.</param>
    /// <param name="handle">Calls the handler.</param>
    /// <param name="handlerName">What problems and logs call it.</param>
    internal static ConsumerRegistration Of<T>(ConsumerAttribute? attribute, Action<ConsumerOptions>? configure,
        Func<IServiceProvider, T, MessageContext, CancellationToken, Task> handle, string handlerName)
        where T : notnull
        => new(OptionsOf(attribute, configure), typeof(T), handlerName,
            catalog => BoundHandler.Of((MessageType<T>)catalog.Find(typeof(T)), handle, handlerName));

    /// <summary>The handler with its message type, which must be in the catalog.</summary>
    internal BoundHandler Bind(MessageCatalog catalog) => _bind(catalog);

    private static ConsumerOptions OptionsOf(ConsumerAttribute? attribute, Action<ConsumerOptions>? configure)
    {
        var options = new ConsumerOptions();
        if (attribute is not null)
        {
            options.Queue = attribute.Queue;
            options.Prefetch = attribute.Prefetch == 0 ? options.Prefetch : attribute.Prefetch;
            options.Concurrency = attribute.Concurrency == 0 ? options.Concurrency : attribute.Concurrency;
        }

        configure?.Invoke(options);
        return options;
    }
}
