using System.Collections.Concurrent;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A transport without a broker: the test delivers by hand, decides how publishes end, and reads what the engine did, in order.</summary>
internal sealed class ScriptedTransport : ITransport
{
    private readonly ConcurrentQueue<(Message Message, Destination Destination)> _published = new();

    internal EventLog Log { get; } = new();

    internal TimerClock Clock { get; } = new();

    internal ConcurrentDictionary<string, ScriptedSource> Sources { get; } = new();

    /// <summary>How publishes end; the log has its entry before this is asked.</summary>
    internal Func<Message, Destination, Task<PublishOutcome>> Answer { get; set; } = (_, _) => Task.FromResult(PublishOutcome.Confirmed);

    internal Func<CancellationToken, Task> Connect { get; set; } = _ => Task.CompletedTask;

    internal QueueCounts? Counts { get; set; } = new QueueCounts(0, 1);

    /// <summary>How often the counts were asked for.</summary>
    internal int Looks { get; private set; }

    /// <summary>What happens while the counts are asked for.</summary>
    internal Action OnLook { get; set; } = () => { };

    internal IReadOnlyList<(Message Message, Destination Destination)> Published => [.. _published];

    /// <summary>How long each publish was allowed to take.</summary>
    internal ConcurrentQueue<TimeSpan> Timeouts { get; } = new();

    internal Topology? Declared { get; private set; }

    public string Name => "scripted";

    public string System => "scripted";

    public PublishLoad PublishLoad { get; set; }

    public TransportState State { get; set; } = TransportState.Connected;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Log.Add("connect");
        await Connect(cancellationToken);
    }

    public Task DeclareAsync(Topology topology, TopologyMode mode, CancellationToken cancellationToken)
    {
        Declared = topology;
        Log.Add($"declare {mode}");
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<TopologyChange>> PlanAsync(Topology topology, CancellationToken cancellationToken)
    {
        Log.Add("plan");
        return Task.FromResult<IReadOnlyList<TopologyChange>>([]);
    }

    public async ValueTask<PublishOutcome> PublishAsync(Message message, Destination destination, UnroutableBehavior unroutableBehavior, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        _published.Enqueue((message, destination));
        Timeouts.Enqueue(timeout);
        Log.Add($"publish {destination.RoutingKey}");
        return await Answer(message, destination).WaitAsync(cancellationToken);
    }

    /// <summary>What a subscription waits for, by queue; the log has its entry before this is asked.</summary>
    internal Func<string, CancellationToken, Task> Subscribe { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Delivers what a reader gets, one after the other.</summary>
    internal IQueueReader? Reader { get; set; }

    public async Task<IDeliverySource> ConsumeAsync(string queue, ushort prefetch, Action<Delivery> sink, CancellationToken cancellationToken)
    {
        Log.Add($"consume {queue} {prefetch}");
        await Subscribe(queue, cancellationToken);
        var source = new ScriptedSource(Log, sink);
        Sources[queue] = source;
        return source;
    }

    public Task<IQueueReader> OpenReaderAsync(string queue, CancellationToken cancellationToken)
        => Task.FromResult(Reader ?? throw new NotSupportedException());

    public Task<QueueCounts?> CountAsync(string queue, CancellationToken cancellationToken)
    {
        Looks++;
        OnLook();
        return Task.FromResult(Counts);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Log.Add("disconnect");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Log.Add("dispose transport");
        return ValueTask.CompletedTask;
    }
}
