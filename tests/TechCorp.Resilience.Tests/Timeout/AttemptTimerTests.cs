namespace TechCorp.Resilience.Tests;

public sealed class AttemptTimerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private readonly HandClock _timeProvider = new();
    private readonly AttemptTimer _timer;

    public AttemptTimerTests() => _timer = new AttemptTimer(new MonotonicClock(_timeProvider));

    [Fact, Trait("Spec", "TO1")]
    public void A_system_timer_that_fires_early_is_set_again_for_the_rest()
    {
        _timer.Arm(Limit, Limit);
        _timeProvider.Move(TimeSpan.FromSeconds(4));
        _timeProvider.Fire();

        _timer.Token.IsCancellationRequested.Should().BeFalse();
        _timer.HasFired.Should().BeFalse();
        _timeProvider.Set.Should().Equal(Limit, TimeSpan.FromSeconds(1));

        _timeProvider.Move(TimeSpan.FromSeconds(1));
        _timeProvider.Fire();

        _timer.Token.IsCancellationRequested.Should().BeTrue();
        _timer.HasFired.Should().BeTrue();
        _timeProvider.Set.Should().HaveCount(2, "a timer that has done its work is not set again");
    }

    [Fact, Trait("Spec", "TO7")]
    public void A_timer_that_was_stopped_in_time_may_be_used_again_and_does_not_run()
    {
        _timer.Arm(Limit, Limit);

        _timer.TryRecycle().Should().BeTrue();

        _timeProvider.Set.Should().Equal(Limit, Timeout.InfiniteTimeSpan);
        _timer.HasFired.Should().BeFalse();
        _timer.Arm(Limit, Limit);
        _timeProvider.TimersMade.Should().Be(1);
    }

    [Fact, Trait("Spec", "TO7")]
    public void A_timer_that_has_fired_is_not_used_again()
    {
        _timer.Arm(Limit, Limit);
        _timeProvider.Move(Limit);
        _timeProvider.Fire();

        _timer.TryRecycle().Should().BeFalse();
    }

    [Fact, Trait("Spec", "TO7")]
    public void A_callback_that_comes_after_the_end_of_its_attempt_does_nothing()
    {
        _timer.Arm(Limit, Limit);
        _timeProvider.Move(Limit);
        _timer.TryRecycle().Should().BeTrue();

        _timeProvider.Fire();

        _timer.Token.IsCancellationRequested.Should().BeFalse();
        _timer.HasFired.Should().BeFalse();
    }

    [Fact, Trait("Spec", "TO7")]
    public void A_callback_that_is_overtaken_by_the_next_attempt_does_not_cancel_it()
    {
        _timer.Arm(Limit, Limit);
        _timeProvider.Move(Limit);
        _timeProvider.OnRead = BeginNextAttempt;

        _timeProvider.Fire();

        _timer.Token.IsCancellationRequested.Should().BeFalse();
        _timer.HasFired.Should().BeFalse();
    }

    [Fact, Trait("Spec", "TO7")]
    public void An_early_callback_that_is_overtaken_by_the_next_attempt_leaves_the_timer_set_for_that_one()
    {
        _timer.Arm(Limit, Limit);
        _timeProvider.Move(TimeSpan.FromSeconds(4));
        _timeProvider.OnSet = BeginNextAttempt;

        _timeProvider.Fire();

        _timeProvider.Set[^1].Should().Be(Limit);
    }

    [Fact, Trait("Spec", "TO7")]
    public void What_an_attempt_left_on_its_token_hears_nothing_of_the_next_attempt()
    {
        var heard = false;
        _timer.Token.Register(() => heard = true);
        BeginNextAttempt();

        _timeProvider.Move(Limit);
        _timeProvider.Fire();

        _timer.HasFired.Should().BeTrue();
        heard.Should().BeFalse();
    }

    [Fact]
    public void The_system_timer_does_not_keep_the_context_of_the_call_that_made_it()
    {
        _timer.Arm(Limit, Limit);

        _timeProvider.FlowWasSuppressed.Should().BeTrue();
        ExecutionContext.IsFlowSuppressed().Should().BeFalse("the context of the caller flows on");
    }

    [Fact]
    public void A_caller_that_lets_no_context_flow_keeps_it_that_way()
    {
        using var flow = ExecutionContext.SuppressFlow();

        _timer.Arm(Limit, Limit);

        ExecutionContext.IsFlowSuppressed().Should().BeTrue();
    }

    private void BeginNextAttempt()
    {
        _timer.TryRecycle().Should().BeTrue();
        _timer.Arm(Limit, Limit);
    }
}
