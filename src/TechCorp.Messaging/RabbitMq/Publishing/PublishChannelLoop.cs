using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TechCorp.Messaging;

/// <summary>Keeps one publishing channel open on whatever connection there is, and reports what happens on it to the publish queue.</summary>
internal sealed class PublishChannelLoop(Func<CancellationToken, Task<BrokerLink>> connected, PublishQueue queue, MissingExchanges missing,
    RabbitMqOptions options, TimeProvider timeProvider, ILogger logger) : IAsyncDisposable
{
    // Confirms on, the client's tracking off; null keeps the dispatch concurrency of the connection.
    private static readonly CreateChannelOptions ChannelOptions = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false, null,
        null);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stopping = new();
    private readonly LoggedCauses _causes = new();
    private readonly Lock _gate = new();
    private Task? _loop; // guarded by _gate
    private bool _opened; // the loop's; a channel has been open before

    internal void Start()
    {
        lock (_gate)
        {
            _loop ??= Detached.Run(RunAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? loop;
        lock (_gate)
        {
            loop = _loop;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (loop is not null)
        {
            await loop.ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        var failures = 0;
        var delay = TimeSpan.Zero;
        for (var generation = 1L; !_stopping.IsCancellationRequested; generation++)
        {
            BrokerLink? link = null;
            try
            {
                link = await connected(_stopping.Token).ConfigureAwait(false);
                var opened = timeProvider.GetTimestamp();
                var closedForPublish = await OpenAndWatchAsync(link, generation).ConfigureAwait(false);
                failures = closedForPublish || ReconnectBackoff.IsSettled(timeProvider.GetElapsedTime(opened), delay) ? 0 : failures + 1;
            }
            catch (Exception) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                logger.PublishChannelFailed(LoggedCauses.LineOf(exception), _causes.IfNew(this, exception));
                link?.GiveUp($"no channel opens ({ErrorText.MessageOf(exception)})");
                failures++;
            }

            // the first rebuild is immediate
            delay = failures > 1
                ? ReconnectBackoff.Delay(options.ReconnectDelay, options.MaxReconnectDelay, failures - 1, Random.Shared.NextDouble())
                : TimeSpan.Zero;
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, timeProvider, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>Whether the broker closed the channel because of a publish: the connection is still good, and unrelated publishes need not wait.</returns>
    private async Task<bool> OpenAndWatchAsync(BrokerLink link, long generation)
    {
        var channel = await link.Connection.CreateChannelAsync(ChannelOptions, _stopping.Token).ConfigureAwait(false);
        var session = new PublishSession(generation, channel, queue.MaxOutstandingConfirms);
        void OnBlockedChanged() => BlockedChanged(session, link);
        channel.BasicAcksAsync += (_, args) => Confirmed(session, args.DeliveryTag, args.Multiple, acknowledged: true);
        channel.BasicNacksAsync += (_, args) => Confirmed(session, args.DeliveryTag, args.Multiple, acknowledged: false);
        channel.BasicReturnAsync += (_, args) => Returned(session, args);
        link.BlockedChanged += OnBlockedChanged;
        try
        {
            queue.Sessions.Open(session, link.Blocked);
            _causes.Succeeded(this);
            if (_opened)
            {
                MessagingMetrics.Rebuilt("channel");
            }

            _opened = true;
            ReportBlocked(session, link); // an unblock between reading it and opening was reported before the queue knew the session
            channel.ChannelShutdownAsync += (_, args) => ShutDown(session, args); // called at once when it is closed already
            var reason = await session.Closed.WaitAsync(_stopping.Token).ConfigureAwait(false);
            if (reason == PublishSession.Stuck)
            {
                logger.PublishChannelStuck(generation);
            }

            // The writer may have met the closed channel before the client reported the reason.
            var (code, text) = channel.CloseReason is { } closed ? (closed.ReplyCode, closed.ReplyText) : (0, reason);
            End(session, code, text);
            return session.ClosedForPublish;
        }
        finally
        {
            link.BlockedChanged -= OnBlockedChanged;
            var closing = CloseAsync(channel);
            if (_stopping.IsCancellationRequested)
            {
                await closing.ConfigureAwait(false);
            }
        }
    }

    private Task Confirmed(PublishSession session, ulong tag, bool multiple, bool acknowledged)
    {
        queue.Confirms.Confirm(session, tag, multiple, acknowledged);
        return Task.CompletedTask;
    }

    private Task Returned(PublishSession session, BasicReturnEventArgs args)
    {
        queue.Confirms.Return(session, args.BasicProperties.MessageId, args.Exchange, args.RoutingKey, args.ReplyCode, args.ReplyText);
        return Task.CompletedTask;
    }

    private Task ShutDown(PublishSession session, ShutdownEventArgs args)
    {
        End(session, args.ReplyCode, args.ReplyText);
        session.Close(args.ReplyText);
        return Task.CompletedTask;
    }

    private void BlockedChanged(PublishSession session, BrokerLink link)
    {
        ReportBlocked(session, link);
        if (link.Blocked is { } reason)
        {
            logger.Blocked(reason);
        }
        else
        {
            logger.Unblocked();
        }
    }

    /// <summary>Repeats until the queue has the current state: two threads may report, and the older report must not come last.</summary>
    private void ReportBlocked(PublishSession session, BrokerLink link)
    {
        string? reported;
        do
        {
            reported = link.Blocked;
            queue.Sessions.SetBlocked(session, reported);
        }
        while (reported != link.Blocked);
    }

    private void End(PublishSession session, int code, string reason)
    {
        var closeReason = queue.Sessions.WithWholeName(session, ChannelCloseReason.Parse(code, reason));
        if (closeReason is { IsMissingExchange: true })
        {
            missing.Add(closeReason.Exchange); // before the queue lets a publish be written again
            logger.ExchangeMissing(closeReason.Exchange);
        }
        else if (closeReason is { IsRefusedExchange: true })
        {
            queue.RefusedExchanges.Add(closeReason.Exchange, closeReason.Text);
        }

        session.ClosedForPublish |= closeReason is not null;

        if (queue.Sessions.Lose(session, reason, closeReason) is >= 0 and var inFlight)
        {
            logger.PublishChannelLost(session.Generation, inFlight, reason);
        }
    }

    private async Task CloseAsync(IChannel channel)
    {
        await ClosingStep.TryAsync(() => channel.CloseAsync(200, "closed", abort: true, CancellationToken.None), CloseTimeout, timeProvider)
            .ConfigureAwait(false);
        await ClosingStep.TryAsync(() => channel.DisposeAsync().AsTask(), CloseTimeout, timeProvider).ConfigureAwait(false);
    }
}
