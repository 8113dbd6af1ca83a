namespace TechCorp.Messaging;

/// <summary>How one queue is consumed. Handlers of several message types on one queue share it.</summary>
public sealed class ConsumerOptions
{
    /// <summary>The queue.</summary>
    public string Queue { get; set; } = "";

    /// <summary>The most messages held unsettled at once (basic.qos per consumer), 1 to 65535. Default: 16.</summary>
    public int Prefetch { get; set; } = 16;

    /// <summary>The most handlers that run at once; at 1 the queue's order is kept. At most <see cref="Prefetch"/>. Default: 1.</summary>
    public int Concurrency { get; set; } = 1;

    /// <summary>How long one handler call may take before its token is canceled and it counts as failed. One that ignores its token keeps its place among the <see cref="Concurrency"/> until it returns. Default: 5 min.</summary>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>What happens when a handler throws. Default: at once, after 1, 2, 4 and 8 s, then the dead-letter queue.</summary>
    public DeliveryPolicy Policy { get; set; } = DeliveryPolicy.Default;

    /// <summary>Where the wire name comes from when the message carries no <c>type</c>. Default: such a message is dead-lettered.</summary>
    public TypeFrom TypeFrom { get; set; } = TypeFrom.Property;

    /// <summary>What stands for a missing message id. Default: <see cref="MissingMessageId.Reject"/>, which matters to the inbox only.</summary>
    public MissingMessageId MissingMessageId { get; set; }

    /// <summary>
    /// How often the broker may give the same message again (<c>x-delivery-count</c> of a quorum queue: lost connections, killed processes, stops) before it is dead-lettered unhandled;
    /// null for no limit. Default: 20. Classic queues do not count.
    /// </summary>
    public int? RedeliveryLimit { get; set; } = 20;

    /// <summary>
    /// What must stay in order when <see cref="Concurrency"/> is over 1: messages of one key are handled one after the other, as they came; null is no key. Default: none, no order.
    /// A delayed attempt steps out of the order. Called for every delivery: quick, without side effects.
    /// </summary>
    public Func<MessageContext, string?>? OrderingKey { get; set; }

    /// <summary>
    /// How long messages may be ready, with credit free, before a consumer that gets nothing, or that the broker does not know, counts as a ghost and is rebuilt by itself, 1 s to one day;
    /// null or <see cref="Timeout.InfiniteTimeSpan"/>: never. Default: 30 s. It is noticed within 1.3 times as long. A queue that is served is never looked at.
    /// </summary>
    /// <remarks>Switch it off for a queue with <c>x-single-active-consumer</c> that is declared elsewhere: a consumer that waits for its turn gets nothing either.</remarks>
    public TimeSpan? StalledConsumerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal ConsumerOptions Copy() => (ConsumerOptions)MemberwiseClone();

    internal IEnumerable<string> Problems()
    {
        if (string.IsNullOrEmpty(Queue))
        {
            yield return $"{nameof(Queue)} must be named: put [Consumer(Queue = \"…\")] on the handler or set it at registration.";
        }

        if (Prefetch is < 1 or > ushort.MaxValue)
        {
            yield return $"{nameof(Prefetch)} of queue '{Queue}' must be between 1 and {ushort.MaxValue}; it is {Prefetch}.";
        }

        if (Concurrency < 1 || Concurrency > Prefetch)
        {
            yield return $"{nameof(Concurrency)} of queue '{Queue}' must be between 1 and {nameof(Prefetch)} ({Prefetch}); it is {Concurrency}.";
        }

        if (HandlerTimeout <= TimeSpan.Zero || HandlerTimeout > TimeSpan.FromDays(1))
        {
            yield return $"{nameof(HandlerTimeout)} of queue '{Queue}' must be positive and at most one day; it is {HandlerTimeout}.";
        }

        if (StalledConsumerTimeout is { } ghost && ghost != Timeout.InfiniteTimeSpan && (ghost < TimeSpan.FromSeconds(1) || ghost > TimeSpan.FromDays(1)))
        {
            yield return $"{nameof(StalledConsumerTimeout)} of queue '{Queue}' must be between one second and one day, or null; it is {StalledConsumerTimeout}.";
        }

        if (RedeliveryLimit < 0)
        {
            yield return $"{nameof(RedeliveryLimit)} of queue '{Queue}' must not be negative; it is {RedeliveryLimit}.";
        }

        foreach (var problem in Policy.Problems())
        {
            yield return $"{nameof(Policy)} of queue '{Queue}': {problem}";
        }
    }
}
