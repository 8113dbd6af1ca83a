namespace TechCorp.Messaging;

/// <summary>The consumers of this process: their status, pause and resume.</summary>
/// <remarks>Safe for concurrent use. From the container, or from a <see cref="MessageBus"/>.</remarks>
public sealed class MessageConsumers
{
    private readonly IReadOnlyList<QueueConsumer> _consumers;

    private readonly HostGate _gate;

    internal MessageConsumers(IReadOnlyList<QueueConsumer> consumers, HostGate gate)
    {
        _consumers = consumers;
        _gate = gate;
    }

    /// <summary>Every consumer as it is now.</summary>
    public IReadOnlyList<ConsumerStatus> Status() => [.. _consumers.Select(consumer => consumer.Status)];

    /// <summary>
    /// Stops consuming a queue: running handlers finish, unstarted messages go back to it for others. Pausing twice is harmless.
    /// When the token is canceled, running handlers' tokens are canceled and their messages are delivered again. A start or a resume that still waits for
    /// the broker ends, and does not consume. In a handler of the same bus, it returns at once: no further message of the queue is started, and the queue is
    /// paused when its handlers have returned.
    /// </summary>
    /// <exception cref="ArgumentException">The queue is not consumed here.</exception>
    public Task PauseAsync(string queue, CancellationToken cancellationToken = default) => Find(queue).PauseAsync(cancellationToken);

    /// <summary>Consumes a paused queue again, or one whose consumer the transport stopped (<see cref="ConsumerStatus.StopReason"/>); waits for the broker
    /// as long as it takes. Resuming what runs is harmless; before the host's start it lets the start consume the queue. In a handler of the same bus,
    /// it returns at once, and the queue is consumed again after the pause.</summary>
    /// <exception cref="ArgumentException">The queue is not consumed here.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled, and the queue stays paused; or the bus is stopped.</exception>
    public Task ResumeAsync(string queue, CancellationToken cancellationToken = default)
        => Find(queue).ResumeAsync(subscribe: _gate.HasStarted, cancellationToken);

    private QueueConsumer Find(string queue)
        => _consumers.FirstOrDefault(consumer => consumer.Queue == queue)
            ?? throw new ArgumentException($"Queue '{queue}' is not consumed here; these are: "
            + $"{string.Join(", ", _consumers.Select(consumer => consumer.Queue))}.", nameof(queue));
}
