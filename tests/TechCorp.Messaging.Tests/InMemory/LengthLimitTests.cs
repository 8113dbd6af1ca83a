namespace TechCorp.Messaging.Tests;

[Trait("Spec", "PB3")]
public sealed class LengthLimitTests
{
    [Fact]
    public void A_classic_queue_refuses_exactly_at_its_length()
    {
        var limit = Limit(QueueKind.Classic, most: 5);

        limit.Refuses(4).Should().BeFalse();
        limit.Refuses(5).Should().BeTrue();
    }

    [Fact]
    public void A_quorum_queue_refuses_once_it_was_over_its_length_and_until_it_is_down_to_four_fifths()
    {
        var limit = Limit(QueueKind.Quorum, most: 5);
        bool[] refuses = [.. new[] { 5, 6, 5, 4, 5 }.Select(length =>
        {
            limit.Note(length);
            return limit.Refuses(length);
        })];

        refuses.Should().Equal(false, true, true, false, false);
    }

    [Fact]
    public void Without_a_length_nothing_is_refused_or_dropped()
    {
        var limit = new LengthLimit(new QueueDeclaration("q") { RejectPublishWhenFull = true });
        limit.Note(1_000_000);

        limit.Refuses(1_000_000).Should().BeFalse();
        limit.DropsHead(1_000_000).Should().BeFalse();
    }

    private static LengthLimit Limit(QueueKind kind, int most)
        => new(new QueueDeclaration("q") { Kind = kind, MaxLength = most, RejectPublishWhenFull = true });
}
