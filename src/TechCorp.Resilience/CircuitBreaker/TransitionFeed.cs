using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>Delivers transitions to the log, the metrics and the callback: once each, in order, one at a time, on a thread that caused one of them.</summary>
internal sealed class TransitionFeed(Action<CircuitTransition>? callback, Action<Exception>? errorSink, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Queue<CircuitTransition> _pending = new(); // guarded by _gate
    private bool _delivering; // guarded by _gate
    private long _lastGeneration; // guarded by _gate

    /// <summary>Called under the circuit's lock, so that the order is that of the generations.</summary>
    internal void Append(CircuitTransition transition)
    {
        lock (_gate)
        {
            Debug.Assert(transition.Generation == _lastGeneration + 1, "A generation was skipped or came twice.");
            _lastGeneration = transition.Generation;
            _pending.Enqueue(transition);
        }
    }

    /// <summary>Delivers pending transitions, unless another thread is delivering; then that thread delivers these too, and nobody waits.</summary>
    internal void Deliver()
    {
        while (TryTake(out var transition))
        {
            try
            {
                Report(transition);
            }
            finally
            {
                lock (_gate)
                {
                    _delivering = false;
                }
            }
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CircuitTransition? transition)
    {
        lock (_gate)
        {
            transition = null;
            if (_delivering || !_pending.TryDequeue(out transition))
            {
                return false;
            }

            _delivering = true;
            return true;
        }
    }

    private void Report(CircuitTransition transition)
    {
        ResilienceMetrics.CircuitChanged(transition.Name, transition.To, transition.Reason);
        try
        {
            logger.CircuitChanged(transition.Name, transition.From, transition.To, transition.Reason, transition.Generation, transition.Cause);
        }
        catch (Exception exception)
        {
            CallbackError.Report(logger, errorSink, exception, nameof(ILogger), transition.Name);
        }

        try
        {
            callback?.Invoke(transition);
        }
        catch (Exception exception)
        {
            CallbackError.Report(logger, errorSink, exception, "OnTransition", transition.Name);
        }
    }
}
