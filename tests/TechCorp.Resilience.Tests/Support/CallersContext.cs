namespace TechCorp.Resilience.Tests;

/// <summary>The context of a caller with one thread, which counts what is posted to it.</summary>
internal sealed class CallersContext : SynchronizationContext
{
    private int _posts;

    public override void Post(SendOrPostCallback d, object? state)
    {
        Interlocked.Increment(ref _posts);
        d(state);
    }

    /// <summary>Begins a call in such a context and ends it outside; whether it succeeds is its own affair.</summary>
    public static void ShouldNotPost(Func<Task> begin, Action end)
    {
        var context = new CallersContext();
        var before = Current;
        SetSynchronizationContext(context);
        Task call;
        try
        {
            call = begin();
        }
        finally
        {
            SetSynchronizationContext(before);
        }

        call.IsCompleted.Should().BeFalse();
        end();
        Task.WhenAny(call).Wait(TestContext.Current.CancellationToken);
        Volatile.Read(ref context._posts).Should().Be(0);
    }
}
