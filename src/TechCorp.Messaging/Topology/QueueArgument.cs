namespace TechCorp.Messaging;

/// <summary>A queue argument without a property here, and the servers that give it a meaning.</summary>
/// <param name="Name">Its name: <c>x-expires</c>.</param>
/// <param name="Kind">The kind of queue.</param>
/// <param name="Since">The first RabbitMQ version that knows it; null for every version from 3.10 on.</param>
/// <param name="Until">The first version that refuses it; null for none.</param>
/// <remarks>Tried on RabbitMQ 3.10.8, 4.0.5 and 4.3.6; see <see href="https://www.rabbitmq.com/docs/queues#optional-arguments"/>.</remarks>
internal sealed record QueueArgument(string Name, QueueKind Kind, Version? Since = null, Version? Until = null)
{
    private static readonly Version V43 = new(4, 3);

    private static readonly QueueArgument[] Table =
    [
        .. Classic("x-expires", "x-max-length-bytes", "x-max-priority", "x-queue-mode", "x-queue-version"),
        new("x-queue-master-locator", QueueKind.Classic, Until: V43), // 4.3 closes the whole connection
        new("x-queue-leader-locator", QueueKind.Classic, Since: new(3, 11)),
        new("x-consumer-timeout", QueueKind.Classic, Since: new(3, 12), Until: V43),
        .. Quorum(null, "x-expires", "x-max-length-bytes", "x-max-in-memory-length", "x-max-in-memory-bytes", "x-queue-leader-locator",
            "x-quorum-initial-group-size", "x-dead-letter-strategy"),
        .. Quorum(new(3, 12), "x-consumer-timeout"),
        .. Quorum(new(3, 13), "x-quorum-target-group-size"),
        .. Quorum(V43, "x-consumer-disconnected-timeout", "x-delayed-retry-type", "x-delayed-retry-min", "x-delayed-retry-max"),
    ];

    private static readonly HashSet<string> OfStreams =
    [
        "x-max-age", "x-stream-max-segment-size-bytes", "x-stream-filter-size-bytes", "x-initial-cluster-size",
    ];

    /// <summary>Whether any kind of queue has it.</summary>
    internal static bool IsKnown(string name) => OfStreams.Contains(name) || Array.Exists(Table, argument => argument.Name == name);

    /// <summary>What the argument is to a queue of the kind; null when it is nothing.</summary>
    internal static QueueArgument? Find(string name, QueueKind kind) => Array.Find(Table, argument => argument.Name == name && argument.Kind == kind);

    private static IEnumerable<QueueArgument> Classic(params string[] names) => names.Select(name => new QueueArgument(name, QueueKind.Classic));

    private static IEnumerable<QueueArgument> Quorum(Version? since, params string[] names)
        => names.Select(name => new QueueArgument(name, QueueKind.Quorum, since));
}
