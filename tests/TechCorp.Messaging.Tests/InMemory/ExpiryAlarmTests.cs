namespace TechCorp.Messaging.Tests;

public sealed class ExpiryAlarmTests : IDisposable
{
    private readonly ScriptedTimeProvider _timeProvider = new();
    private readonly ExpiryAlarm _alarm;
    private int _rings;

    public ExpiryAlarmTests() => _alarm = new ExpiryAlarm(_timeProvider, () => TimeSpan.Zero, () => _rings++);

    public void Dispose() => _alarm.Dispose();

    [Fact]
    public void A_later_moment_does_not_touch_the_timer()
    {
        _alarm.Set(TimeSpan.FromSeconds(5));
        _alarm.Set(TimeSpan.FromSeconds(7));
        _alarm.Set(TimeSpan.MaxValue);

        _timeProvider.Changes.Should().Equal(TimeSpan.FromSeconds(5));
    }

    [Safeguard("An earlier expiry replaces the timer that is set",
        SwitchedOff = "`ExpiryAlarm.Apply` does not compare again",
        Remark = "written for it: no other test went red")]
    [Fact]
    public void An_earlier_moment_that_overtakes_the_timer_wins()
    {
        // Between deciding on 10 s and telling the timer so, another thread decides on 5 s and tells it first.
        _timeProvider.BeforeNextChange = () => _alarm.Set(TimeSpan.FromSeconds(5));

        _alarm.Set(TimeSpan.FromSeconds(10));

        _timeProvider.Changes.Last().Should().Be(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void After_ringing_it_can_be_set_for_any_moment()
    {
        _alarm.Set(TimeSpan.FromSeconds(5));
        _timeProvider.Fire();
        _alarm.Set(TimeSpan.FromSeconds(20));

        _rings.Should().Be(1);
        _timeProvider.Changes.Should().Equal(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_moment_in_the_past_rings_at_once_and_one_in_the_far_future_is_approached_in_steps()
    {
        _alarm.Set(TimeSpan.FromDays(1000));
        _alarm.Set(TimeSpan.FromSeconds(-1));

        _timeProvider.Changes.Should().Equal(TimeSpan.FromDays(1), TimeSpan.Zero);
    }
}
