namespace TechCorp.Messaging;

/// <summary>Where a message is sent: an exchange and a routing key. Compared by value.</summary>
public readonly record struct Destination
{
    private Destination(string exchange, string routingKey)
    {
        Exchange = AmqpName.Check(exchange, nameof(exchange));
        RoutingKey = AmqpName.Check(routingKey, nameof(routingKey));
    }

    /// <summary>The exchange; empty for the default exchange, which routes to the queue that the key names.</summary>
    public string Exchange { get; }

    /// <summary>The routing key; empty where the exchange ignores it (fanout).</summary>
    public string RoutingKey { get; }

    /// <summary>An exchange by name, with the key that it routes by.</summary>
    /// <exception cref="ArgumentException">A name is over 255 bytes of UTF-8 or holds control characters, or the exchange is empty.</exception>
    public static Destination ToExchange(string exchange, string routingKey = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(exchange);
        return new Destination(exchange, routingKey);
    }

    /// <summary>One queue, by way of the default exchange.</summary>
    /// <exception cref="ArgumentException">The name is empty, over 255 bytes of UTF-8 or holds control characters.</exception>
    public static Destination ToQueue(string queue)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        return new Destination("", queue);
    }

    /// <summary>The same exchange with another routing key.</summary>
    public Destination WithRoutingKey(string routingKey) => new(Exchange ?? "", routingKey);

    /// <inheritdoc/>
    public override string ToString() => string.IsNullOrEmpty(Exchange) ? $"queue '{RoutingKey}'" : $"exchange '{Exchange}', key '{RoutingKey}'";
}
