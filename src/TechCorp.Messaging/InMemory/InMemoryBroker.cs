namespace TechCorp.Messaging;

/// <summary>A message broker inside the process: exchanges, queues, acknowledgements, time to live, limits and dead letters as
/// AMQP 0-9-1 and RabbitMQ have them.</summary>
/// <remarks>
/// For development, for services of one process and for tests that should not need a server. One instance is shared by all services that are to
/// talk to each other. Messages live in this process only: they survive a lost consumer or a stopped service, not the end of the process. Thread-safe.
/// </remarks>
public sealed class InMemoryBroker : IDisposable
{
    private readonly Lock _gate = new();
    private readonly BrokerState _state; // guarded by _gate
    private readonly TimeProvider _timeProvider;
    private readonly long _born;
    private readonly ExpiryAlarm _alarm;

    /// <summary>An empty broker.</summary>
    /// <param name="timeProvider">The clock that messages expire by. Default: the system's.</param>
    /// <param name="rabbitMqVersion">The RabbitMQ server that it behaves like where versions differ: 3.10, 4.0 or 4.3, or one between or after them. The
    /// configuration's <c>InMemory:RabbitMqVersion</c> wins over it. Default: 4.3.</param>
    /// <exception cref="ArgumentOutOfRangeException">The version is older than 3.10.</exception>
    public InMemoryBroker(TimeProvider? timeProvider = null, Version? rabbitMqVersion = null)
    {
        var version = rabbitMqVersion ?? ImitatedServer.Newest;
        if (ImitatedServer.ProblemOf(version) is { } problem)
        {
            throw new ArgumentOutOfRangeException(nameof(rabbitMqVersion), rabbitMqVersion, $"{nameof(rabbitMqVersion)} {problem}");
        }

        _state = new BrokerState(version);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _born = _timeProvider.GetTimestamp();
        _alarm = new ExpiryAlarm(_timeProvider, Now, Expire);
    }

    /// <summary>The RabbitMQ version that it behaves like where versions differ. Default: 4.3.</summary>
    public Version RabbitMqVersion => Do(0, static (state, _, _) => state.Version);

    /// <summary>Stops the clock: nothing expires any more. The services that use the broker stop for themselves.</summary>
    public void Dispose() => _alarm.Dispose();

    /// <summary>Behaves like another version; false when queues are there already.</summary>
    internal bool TryImitate(Version version) => Do(version, static (state, version, _) => state.TryImitate(version));

    /// <summary>The connection of one service.</summary>
    internal InMemoryTransport CreateTransport() => new(this);

    internal InMemoryConsumer CreateConsumer(InMemoryConnection connection, string queue, ushort prefetch, Action<Delivery> sink)
        => new(_gate, connection, queue, prefetch, sink);

    /// <summary>Does one thing to the state under the lock, at one moment, and sets the alarm for what it brought.</summary>
    /// <param name="argument">Passed on, so that <paramref name="change"/> can be static.</param>
    /// <param name="change">Plain code: it neither waits nor calls anything foreign.</param>
    internal TResult Do<TArgument, TResult>(TArgument argument, Func<BrokerState, TArgument, TimeSpan, TResult> change)
    {
        var now = Now();
        var nextExpiry = TimeSpan.MaxValue;
        try
        {
            lock (_gate)
            {
                try
                {
                    return change(_state, argument, now);
                }
                finally
                {
                    _state.AssertInvariants();
                    nextExpiry = _state.NextExpiry;
                }
            }
        }
        finally
        {
            // Outside the lock, and after a refusal too: a declaration that stopped half way may have moved messages.
            _alarm.Set(nextExpiry);
        }
    }

    /// <summary>Deletes a queue with all its messages, as an operator would; false when there is none.</summary>
    internal bool DeleteQueue(string queue) => Do(queue, static (state, queue, now) => state.Delete(queue, now));

    /// <summary>Breaks a service's connection, which comes back at once: what it held unsettled is back in its queues, and its channels are new.</summary>
    internal void Cut(InMemoryTransport transport) => Do(transport.Connection, static (state, connection, now) => state.Cut(connection, now));

    private TimeSpan Now() => _timeProvider.GetElapsedTime(_born);

    private void Expire() => Do(0, static (state, _, now) => state.Expire(now));
}
