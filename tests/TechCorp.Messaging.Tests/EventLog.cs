namespace TechCorp.Messaging.Tests;

/// <summary>What happened, in order; a test waits for an entry instead of sleeping.</summary>
internal sealed class EventLog
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(20);
    private readonly Lock _gate = new();
    private readonly List<string> _entries = []; // guarded by _gate
    private readonly List<(Func<IReadOnlyList<string>, bool> Condition, TaskCompletionSource Reached)> _waiters = []; // guarded by _gate

    internal IReadOnlyList<string> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    internal void Add(string entry)
    {
        List<TaskCompletionSource> reached = [];
        lock (_gate)
        {
            _entries.Add(entry);
            reached.AddRange(_waiters.Where(waiter => waiter.Condition(_entries)).Select(waiter => waiter.Reached));
            _waiters.RemoveAll(waiter => reached.Contains(waiter.Reached));
        }

        reached.ForEach(source => source.TrySetResult());
    }

    internal Task ContainsAsync(params string[] entries) => UntilAsync(log => entries.All(log.Contains), string.Join(", ", entries));

    internal Task CountAsync(string entry, int count) => UntilAsync(log => log.Count(other => other == entry) >= count, $"{count} times {entry}");

    private async Task UntilAsync(Func<IReadOnlyList<string>, bool> condition, string expected)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition(_entries))
            {
                return;
            }

            _waiters.Add((condition, reached));
        }

        try
        {
            await reached.Task.WaitAsync(Watchdog);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Not seen: {expected}. Seen: {string.Join(", ", Entries)}");
        }
    }
}
