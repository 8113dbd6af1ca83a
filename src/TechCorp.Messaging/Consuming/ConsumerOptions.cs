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

    /// <summary>How long one handler call may take before its token is canceled and it counts as failed. One that ignores its token counts against
    /// <see cref="Concurrency"/> until it returns. Default: 5 min.</summary>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>What happens when a handler throws. Default: at once, after 1, 2, 4 and 8 s, then the dead-letter queue.</summary>
    public DeliveryPolicy Policy { get; set; } = DeliveryPolicy.Default;

    /// <summary>The string property at the top of the JSON body that holds the wire name of a message without the AMQP property
    /// <c>type</c>, such as <c>event</c>. Default: none.</summary>
    public string? JsonTypeProperty { get; set; }

    /// <summary>The wire name of a message that names no type. Default: none, and such a message is dead-lettered.</summary>
    public string? DefaultType { get; set; }

    /// <summary>
    /// What happens to a message whose type has no handler on this queue. Default: <see cref="UnknownTypeBehavior.Default"/>, which ignores it where the queue
    /// is bound to a fanout or topic exchange in the service's topology, and dead-letters it on every other queue.
    /// </summary>
    /// <remarks>Ignored are only messages on their first way: one that a handler has had before (retried, redriven) is dead-lettered, because another
    /// instance of the service knows its type. A message that names no type at all is always dead-lettered.</remarks>
    public UnknownTypeBehavior WhenTypeUnknown { get; set; }

    /// <summary>The exchange that this queue declares for its dead letters, in place of the one that its declaration names. Default: null, as declared:
    /// <c>dlx</c> for the presets, or <see cref="MessagingBuilder.UseDeadLetterExchange"/>.</summary>
    /// <remarks>A broker refuses to change it on a queue that exists. The consumer's own copies go straight to the dead-letter queue; only
    /// what the broker dead-letters itself passes through the exchange.</remarks>
    public string? DeadLetterExchange { get; set; }

    /// <summary>Whether a hash of the body is the id of a message that has none; equal bodies then count as the same message. Default: false, and a
    /// handler that needs an id (the inbox) dead-letters the message.</summary>
    public bool MessageIdFromBodyHash { get; set; }

    /// <summary>
    /// How many times the broker may redeliver a message (lost connections, killed processes, pauses, stops) before it counts as one that may end its process.
    /// From then on it is handled alone: no other handler of the queue runs in this process. If the process ends all the same, the next one that gets the
    /// message dead-letters it (<c>redelivery-limit</c>). 0 or more; null for no limit. Default: 20.
    /// </summary>
    /// <remarks>
    /// A message that ends its process is started at most limit + 2 times. The broker's own limit (<see cref="QueueDeclaration.DeliveryLimit"/>; 20 where none
    /// is declared) divided by 2 is the highest limit that has an effect. Classic queues do not count: there, every redelivered message is handled alone,
    /// and one that ends its process is started at most twice. The queue of a <see cref="Topology.Broadcast"/> has no limit: it ends with its process.
    /// The attempt is recorded in the queue <c>&lt;queue&gt;.isolated</c>, declared when it is needed first. Where the service does not declare
    /// (<see cref="TopologyMode"/>) and the queue does not exist, a message over the limit is handled alone all the same, and one that ends its process is not
    /// recognized.
    /// </remarks>
    public int? RedeliveryLimit { get; set; } = 20;

    /// <summary>
    /// The key whose messages are handled one after the other in the order of their delivery when <see cref="Concurrency"/> is over 1; null is no
    /// key. Default: none, no order.
    /// A delayed attempt leaves the order. Called for every delivery: it must be quick and without side effects.
    /// </summary>
    public Func<MessageContext, string?>? OrderingKey { get; set; }

    /// <summary>
    /// How long messages may be ready, with credit free, before a consumer that gets nothing, or that the broker does not know, counts as stalled and
    /// is rebuilt, 1 s to one day;
    /// null or <see cref="Timeout.InfiniteTimeSpan"/>: never. Default: 30 s. It is noticed within 1.3 times as long. While
    /// deliveries come the broker is not asked.
    /// </summary>
    /// <remarks>Switch it off for a queue with <c>x-single-active-consumer</c> that is declared elsewhere: a consumer that is not the
    /// active one gets nothing either.</remarks>
    public TimeSpan? StalledConsumerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal string DescribeTypeSource() => JsonTypeProperty is null ? "the property 'type'" : $"the property 'type' or the JSON property '{JsonTypeProperty}'";

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

        if (StalledConsumerTimeout is { } stalled && stalled != Timeout.InfiniteTimeSpan
            && (stalled < TimeSpan.FromSeconds(1) || stalled > TimeSpan.FromDays(1)))
        {
            yield return $"{nameof(StalledConsumerTimeout)} of queue '{Queue}' must be between one second and one day, or null; it is "
                + $"{StalledConsumerTimeout}.";
        }

        if (JsonTypeProperty is "" || DefaultType is "")
        {
            yield return $"{nameof(JsonTypeProperty)} and {nameof(DefaultType)} of queue '{Queue}' must not be empty; leave them null.";
        }

        if (!Enum.IsDefined(WhenTypeUnknown))
        {
            yield return $"{nameof(WhenTypeUnknown)} of queue '{Queue}' must be Default, DeadLetter or Ignore; it is {WhenTypeUnknown}.";
        }

        if (DeadLetterExchange is "" || (DeadLetterExchange is { } exchange && AmqpName.ProblemOf(exchange) is not null))
        {
            yield return $"{nameof(DeadLetterExchange)} of queue '{Queue}' must be null or the name of an exchange; it is '{DeadLetterExchange}'.";
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
