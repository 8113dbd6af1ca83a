using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Publishes on one channel: confirmed, mandatory, with a bounded number unconfirmed, each call by its deadline.</summary>
/// <remarks>
/// The client's own tracking is off (it has no deadline and copies all that is pending at each multiple ack); see <see cref="PublishQueue"/>.
/// Bodies: the client copies a body into its frame buffer before its publish call returns, also when the returned task is pending because the
/// socket is stuck. No caller has its answer before that call has returned, so its body is not read any more, whatever was canceled.
/// </remarks>
internal sealed class RabbitMqPublisher : IAsyncDisposable
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(40); // what a timer can hold

    private readonly TimeProvider _timeProvider;
    private readonly PublishQueue _queue;
    private readonly PublishEntryPool _pool;
    private readonly MissingExchanges _missing;
    private readonly PublishWriter _writer;
    private readonly PublishChannelLoop _loop;

    internal RabbitMqPublisher(ConnectionSupervisor supervisor, PublisherOptions options, RabbitMqOptions broker,
        Func<string, CancellationToken, Task<bool>> exchangeExists, TimeProvider timeProvider, ILogger logger)
    {
        _timeProvider = timeProvider;
        _missing = new MissingExchanges(exchangeExists);
        _queue = new PublishQueue(options.MaxOutstandingConfirms, options.ConnectionLossBehavior, _missing, timeProvider);
        _writer = new PublishWriter(_queue);
        _queue.Writer = _writer;
        _pool = new PublishEntryPool(_queue.Endings, Math.Max(64, options.MaxOutstandingConfirms * 2), timeProvider);
        _loop = new PublishChannelLoop(supervisor.GetAsync, _queue, _missing, broker, timeProvider, logger);
    }

    /// <summary>How many publishes are unconfirmed at the moment.</summary>
    internal int Outstanding => _queue.Outstanding;

    /// <summary>How many publishes wait to be written.</summary>
    internal int Waiting => _queue.Waiting;

    internal void Start() => _loop.Start();

    internal void Declared(Topology topology)
    {
        foreach (var exchange in topology.Exchanges)
        {
            _missing.Remove(exchange.Name);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<PublishOutcome> PublishAsync(Message message, Destination destination, UnroutableBehavior unroutableBehavior, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = _timeProvider.GetTimestamp();
        timeout = timeout < LongestTimeout ? timeout : LongestTimeout;
        var exchange = destination.Exchange ?? "";
        if (_missing.Contains(exchange) && await RefuseMissingAsync(exchange, timeout, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        if (_queue.RefusedExchanges.Refusal(exchange) is { } refused)
        {
            return refused;
        }

        var entry = _pool.Rent();
        entry.Properties = AmqpProperties.Fill(entry.Properties, message); // before it is enqueued: the headers are the caller's own type, and may throw
        entry.Message = message;
        entry.Exchange = exchange;
        entry.RoutingKey = destination.RoutingKey ?? "";
        entry.AcceptUnroutable = unroutableBehavior == UnroutableBehavior.Accept;
        entry.Deadline = started + (long)(timeout.TotalSeconds * _timeProvider.TimestampFrequency);
        entry.Activity = Activity.Current;
        var writes = _queue.Enqueue(entry);
        var registration = cancellationToken.UnsafeRegister(static (state, token) => ((PublishEntry)state!).Endings.Cancel((PublishEntry)state, token), entry);
        try
        {
            if (writes)
            {
                _writer.Execute();
            }

            await entry.DoneAsync().ConfigureAwait(false);
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false); // waits for a callback that runs: it must not meet the next user of the entry
        }

        var (outcome, fault) = (entry.Outcome, entry.Fault);
        _pool.Return(entry);
        return fault is null ? outcome : throw fault;
    }

    /// <summary>Waits for confirms until the first token is canceled, then answers each caller and closes the channel, until the second is canceled.</summary>
    internal async Task StopAsync(CancellationToken budget, CancellationToken over)
    {
        await _queue.Endings.StopAsync(budget).ConfigureAwait(false);
        await ClosingBudget.EndsAsync(_loop.DisposeAsync().AsTask(), over).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true), CancellationToken.None).ConfigureAwait(false);

    /// <returns>The outcome; null when the exchange exists by now.</returns>
    private async Task<PublishOutcome?> RefuseMissingAsync(string exchange, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await _missing.CheckAgainAsync(exchange, either.Token).ConfigureAwait(false)
                ? null
                : ChannelCloseReason.Missing(exchange);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return PublishOutcome.ExpiredUnwritten($"exchange '{exchange}' was missing, and whether it exists by now could not be checked.");
        }
    }
}
