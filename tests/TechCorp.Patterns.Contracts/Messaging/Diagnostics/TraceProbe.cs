using System.Collections.Concurrent;
using System.Diagnostics;

namespace TechCorp.Patterns.Contracts;

/// <summary>Begins a trace and collects the spans of one source that belong to it; those of others are not sampled.</summary>
public sealed class TraceProbe : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public TraceProbe(string source)
    {
        Root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C);
        Root.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        Root.Start();
        _listener = new ActivityListener
        {
            ShouldListenTo = found => found.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> options)
                => options.TraceId == Root.TraceId ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The test's own span, current until the probe is disposed.</summary>
    public Activity Root { get; }

    /// <summary>The spans that have ended.</summary>
    public IReadOnlyList<Activity> Ended => [.. _ended];

    /// <summary>From the root to its child, to the child of that, as far as it goes: kind, name and status of each.</summary>
    public IReadOnlyList<string> Chain()
    {
        List<string> chain = [];
        for (var next = ChildOf(Root); next is not null; next = ChildOf(next))
        {
            chain.Add($"{next.Kind} {next.DisplayName} {next.Status}");
        }

        return chain;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        Root.Dispose();
    }

    private Activity? ChildOf(Activity parent) => _ended.SingleOrDefault(span => span.TraceId == parent.TraceId && span.ParentSpanId == parent.SpanId);
}
