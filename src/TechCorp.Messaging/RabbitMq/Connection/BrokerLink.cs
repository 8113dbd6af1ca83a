using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TechCorp.Messaging;

/// <summary>One open connection: its generation, whether it is lost, whether the broker blocks it.</summary>
internal sealed class BrokerLink
{
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan _closeTimeout;
    private readonly TimeProvider _timeProvider;
    private volatile string? _blocked;

    internal BrokerLink(IConnection connection, BrokerAddress address, long generation, TimeSpan closeTimeout, TimeProvider timeProvider)
    {
        Connection = connection;
        Address = address;
        Generation = generation;
        _closeTimeout = closeTimeout;
        _timeProvider = timeProvider;
        connection.ConnectionBlockedAsync += OnBlockedAsync;
        connection.ConnectionUnblockedAsync += OnUnblockedAsync;
        connection.ConnectionShutdownAsync += OnShutdownAsync;
        if (connection.CloseReason is { } reason)
        {
            _lost.TrySetResult($"{reason.ReplyCode}: {reason.ReplyText}");
        }
    }

    internal IConnection Connection { get; }

    internal BrokerAddress Address { get; }

    internal ServerEndpoint Server => field ??= new ServerEndpoint(Address.Host, Address.Port);

    internal long Generation { get; }

    /// <summary>Ends, with the reason, when the connection is gone or given up.</summary>
    internal Task<string> Lost => _lost.Task;

    /// <summary>The broker's reason while it takes no publishes; null otherwise.</summary>
    internal string? Blocked => _blocked;

    /// <summary>Called on the connection's own loop when <see cref="Blocked"/> has changed; must be quick.</summary>
    internal event Action? BlockedChanged;

    /// <summary>Gives the connection up although it may be open; the supervisor opens another.</summary>
    internal void GiveUp(string reason) => _lost.TrySetResult(reason);

    /// <summary>Closes and disposes, and waits no longer than the timeout for each: a dead peer does not answer.</summary>
    internal async Task CloseAsync()
    {
        _lost.TrySetResult("closed by the transport");
        await ClosingStep.TryAsync(() => Connection.CloseAsync(200, "closed", _closeTimeout, abort: true), _closeTimeout, _timeProvider).ConfigureAwait(false);
        await ClosingStep.TryAsync(() => Connection.DisposeAsync().AsTask(), _closeTimeout, _timeProvider).ConfigureAwait(false);
    }

    private Task OnBlockedAsync(object sender, ConnectionBlockedEventArgs args)
    {
        _blocked = args.Reason;
        BlockedChanged?.Invoke();
        return Task.CompletedTask;
    }

    private Task OnUnblockedAsync(object sender, AsyncEventArgs args)
    {
        _blocked = null;
        BlockedChanged?.Invoke();
        return Task.CompletedTask;
    }

    private Task OnShutdownAsync(object sender, ShutdownEventArgs args)
    {
        _lost.TrySetResult($"{args.ReplyCode}: {args.ReplyText}");
        return Task.CompletedTask;
    }
}
