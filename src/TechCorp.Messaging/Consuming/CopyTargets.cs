using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>The queues that a consumer's copies go to: declared again when they are missing, and known while they take nothing.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class CopyTargets(ITransport transport, ConsumerPlan plan, TopologyMode mode, TimeSpan timeout, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly Backoff BetweenTries = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5));

    private readonly ConcurrentDictionary<string, bool> _unavailable = new(StringComparer.Ordinal); // by target; whether it is missing, not only refusing
    private readonly Dictionary<string, (int Refusals, long At)> _refused = new(StringComparer.Ordinal); // guarded by _gate; by target
    private readonly Lock _gate = new();
    private Task<bool>? _restoring; // guarded by _gate
    private long? _failedAt; // guarded by _gate
    private string? _reported; // of the last failure to declare
    private bool _askedForRecords; // at the start

    internal string Queue => plan.Queue;

    /// <summary>The targets that are missing or take nothing at the moment.</summary>
    internal IReadOnlyList<string> Unavailable => _unavailable.IsEmpty ? [] : [.. _unavailable.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A copy was confirmed there.</summary>
    internal void Took(Destination destination)
    {
        if (!_unavailable.IsEmpty)
        {
            Available(destination.ToString());
        }
    }

    /// <summary>A copy was refused there: the message is set aside.</summary>
    internal void Refused(Destination destination, PublishOutcome outcome)
    {
        var target = destination.ToString();
        lock (_gate)
        {
            _failedAt = timeProvider.GetTimestamp();
            _refused[target] = (_refused.GetValueOrDefault(target).Refusals + 1, timeProvider.GetTimestamp());
        }

        var missing = outcome.Kind == PublishOutcomeKind.Returned;
        if (_unavailable.TryAdd(target, missing))
        {
            logger.CopyTargetUnavailable(target, plan.Queue, outcome.Reason);
        }
    }

    /// <summary>Whether a message that was set aside is tried there: after a refusal, one at a time finds out whether there is room again.</summary>
    internal bool MayTry(Destination destination)
    {
        if (_unavailable.IsEmpty)
        {
            return true;
        }

        lock (_gate)
        {
            var target = destination.ToString();
            if (!_refused.TryGetValue(target, out var last))
            {
                return true;
            }

            if (timeProvider.GetElapsedTime(last.At) < BetweenTries.After(last.Refusals))
            {
                return false;
            }

            _refused[target] = last with { At = timeProvider.GetTimestamp() };
            return true;
        }
    }

    /// <summary>Declares the targets again, where the service declares its topology; callers share one declaration. Never throws.</summary>
    /// <returns>Whether the targets exist now.</returns>
    internal async Task<bool> RestoreAsync(CancellationToken cancellationToken)
    {
        if (mode != TopologyMode.Create)
        {
            return false;
        }

        Task<bool> restoring;
        lock (_gate)
        {
            if (_failedAt is { } failed && timeProvider.GetElapsedTime(failed) < ShortestPause)
            {
                return false;
            }

            restoring = _restoring is { IsCompleted: false } running ? running : _restoring = Task.Run(DeclareAsync, CancellationToken.None);
        }

        try
        {
            return await restoring.WaitAsync(timeout, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>One pass: declares again what the service declares; otherwise asks whether what was missing exists by now. Never throws.</summary>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (mode == TopologyMode.Create)
        {
            await RestoreAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (!_unavailable.IsEmpty)
        {
            await FindMissingAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the broker for each target, and reports those that do not exist. Never throws.</summary>
    internal async Task FindMissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var queue in plan.CopyQueues)
            {
                var target = Destination.ToQueue(queue).ToString();
                if (await transport.CountAsync(queue, cancellationToken).ConfigureAwait(false) is not null)
                {
                    Found(target);
                }
                else if (_unavailable.TryAdd(target, value: true))
                {
                    logger.CopyTargetUnavailable(target, plan.Queue, "it does not exist");
                }
            }

            if (!_askedForRecords && plan.RedeliveryLimit is not null)
            {
                _askedForRecords = true;
                var records = Topology.IsolatedQueueOf(plan.Queue);
                if (await transport.CountAsync(records, cancellationToken).ConfigureAwait(false) is null)
                {
                    logger.IsolatedQueueMissing(records, plan.Queue);
                }
            }
        }
        catch (Exception exception)
        {
            Report(exception);
        }
    }

    private async Task<bool> DeclareAsync()
    {
        try
        {
            await transport.RestoreAsync(plan.CopyTargets, CancellationToken.None).ConfigureAwait(false);
            foreach (var target in _unavailable.Keys)
            {
                Found(target);
            }

            _reported = null;
            return true;
        }
        catch (Exception exception)
        {
            Report(exception);
            return false;
        }
    }

    /// <summary>It exists; whether it takes copies is not known.</summary>
    private void Found(string target)
    {
        if (_unavailable.TryGetValue(target, out var missing) && missing)
        {
            Available(target);
        }
    }

    private void Available(string target)
    {
        lock (_gate)
        {
            _refused.Remove(target);
        }

        if (_unavailable.TryRemove(target, out _))
        {
            logger.CopyTargetAvailable(target, plan.Queue);
        }
    }

    private void Report(Exception exception)
    {
        var text = ErrorText.MessageOf(exception);
        if (Interlocked.Exchange(ref _reported, text) != text)
        {
            logger.CopyTargetsNotDeclared(plan.Queue, text);
        }
    }
}
