namespace TechCorp.Messaging;

/// <summary>One call of <c>AddConsumer</c>: settings, and a handler for one message type.</summary>
internal abstract class ConsumerRegistration(ConsumerOptions options, string handlerName)
{
    internal ConsumerOptions Options { get; } = options;

    internal string HandlerName { get; } = handlerName;

    internal abstract Type MessageType { get; }

    /// <summary>The handler with its message type; the type is in the catalog.</summary>
    internal abstract HandlerInvoker Bind(MessageCatalog catalog);

    /// <summary>The attribute's settings under the code's.</summary>
    internal static ConsumerOptions OptionsOf(ConsumerAttribute? attribute, Action<ConsumerOptions>? configure)
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
