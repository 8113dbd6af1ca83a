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
    /// <param name="create">Makes the handler without calling it.</param>
    /// <param name="handlerName">What problems and logs call it.</param>
    internal static ConsumerRegistration Of<T>(ConsumerAttribute? attribute, Action<ConsumerOptions>? configure,
        Func<IServiceProvider, T, MessageContext, CancellationToken, Task> handle, Action<IServiceProvider> create, string handlerName)
        where T : notnull
        => new(OptionsOf(attribute, configure), typeof(T), handlerName,
            catalog => BoundHandler.Of((MessageType<T>)catalog.Find(typeof(T)), handle, create, handlerName));

    /// <summary>The handler with its message type, which must be in the catalog.</summary>
    internal BoundHandler Bind(MessageCatalog catalog) => _bind(catalog);

    private static ConsumerOptions OptionsOf(ConsumerAttribute? attribute, Action<ConsumerOptions>? configure)
    {
        var options = new ConsumerOptions();
        attribute?.ApplyTo(options);
        configure?.Invoke(options);
        return options;
    }
}
