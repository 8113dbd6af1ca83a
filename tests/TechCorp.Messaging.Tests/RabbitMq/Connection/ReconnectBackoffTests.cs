namespace TechCorp.Messaging.Tests;

public sealed class ReconnectBackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    [Theory, Trait("Spec", "PB15")]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(7, 6_400)]
    [InlineData(8, 10_000)]
    [InlineData(int.MaxValue, 10_000)]
    public void The_wait_doubles_up_to_its_cap_and_its_upper_half_is_random(int failures, int milliseconds)
    {
        var full = TimeSpan.FromMilliseconds(milliseconds);

        ReconnectBackoff.Delay(First, Longest, failures, random: 1).Should().Be(full);
        ReconnectBackoff.Delay(First, Longest, failures, random: 0).Should().Be(full / 2);
    }

    [Theory]
    [InlineData(0.9, 0, false)]
    [InlineData(1, 0, true)]
    [InlineData(1, 1, true)]
    [InlineData(4, 5, false)]
    [InlineData(5, 5, true)]
    public void A_loss_begins_a_new_row_after_a_second_and_after_as_long_as_was_waited(double lived, double waited, bool settled)
        => ReconnectBackoff.IsSettled(TimeSpan.FromSeconds(lived), TimeSpan.FromSeconds(waited)).Should().Be(settled);
}
