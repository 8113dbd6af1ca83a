namespace TechCorp.Messaging;

/// <summary>One call of <c>AddConsumer</c> for one message type; generic so that no reflection is needed to call the handler.</summary>
internal sealed class ConsumerRegistration<T>(ConsumerOptions options, Func<IServiceProvider, IMessageHandler<T>> factory, string handlerName)
    : ConsumerRegistration(options, handlerName)
    where T : notnull
{
    internal override Type MessageType => typeof(T);

    internal override HandlerInvoker Bind(MessageCatalog catalog) => new HandlerInvoker<T>((MessageType<T>)catalog.Find(typeof(T)), factory, HandlerName);
}
