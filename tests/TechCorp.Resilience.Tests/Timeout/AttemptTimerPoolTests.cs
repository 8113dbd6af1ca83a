namespace TechCorp.Resilience.Tests;

public sealed class AttemptTimerPoolTests
{
    private const int Kept = 257; // one for the thread and 256 in the queue

    private readonly TestClock _clock = new();
    private readonly AttemptTimerPool _pool;

    public AttemptTimerPoolTests() => _pool = new AttemptTimerPool(new MonotonicClock(_clock));

    [Fact, Trait("Spec", "TO7")]
    public void A_thread_gets_back_the_timer_that_it_returned_and_no_other_thread_does() => OnNewThread(() =>
    {
        var mine = _pool.Rent(default);
        _pool.Return(mine);

        OnNewThread(() => _pool.Rent(default).Should().NotBeSameAs(mine));
        _pool.Rent(default).Should().BeSameAs(mine);
    });

    [Fact, Trait("Spec", "TO7")]
    public void A_thread_that_returns_more_than_one_timer_leaves_the_others_to_all() => OnNewThread(() =>
    {
        AttemptTimer[] rented = [_pool.Rent(default), _pool.Rent(default)];
        Array.ForEach(rented, _pool.Return);

        OnNewThread(() => _pool.Rent(default).Should().BeSameAs(rented[1]));
    });

    [Fact, Trait("Spec", "TO7")]
    public void After_a_burst_of_calls_a_bounded_number_of_timers_is_kept_and_used_again() => OnNewThread(() =>
    {
        Burst(Kept + 1);
        _clock.TimersAlive.Should().Be(Kept);

        Burst(Kept);
        _clock.TimersAlive.Should().Be(Kept);
    });

    private void Burst(int calls)
    {
        AttemptTimer[] rented = [.. Enumerable.Range(0, calls).Select(_ => _pool.Rent(default))];
        foreach (var timer in rented)
        {
            timer.Arm(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
        }

        Array.ForEach(rented, _pool.Return);
    }

    /// <summary>Each thread keeps a timer, so that a test needs a thread that has none.</summary>
    private static void OnNewThread(Action work)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(work));
        thread.Start();
        thread.Join();
        failure.Should().BeNull();
    }
}
