using System.Collections.Immutable;

namespace TechCorp.Messaging.Tests;

[Trait("Spec", "DL6")]
public sealed class DeathHistoryTests
{
    private static readonly ImmutableArray<Death> None = [];

    [Fact]
    public void The_newest_death_comes_first_and_the_same_one_is_there_once()
        => None.With(new Death("a", Death.Expired)).With(new Death("b", Death.Rejected)).With(new Death("a", Death.Expired))
            .Should().Equal(new Death("a", Death.Expired), new Death("b", Death.Rejected));

    [Fact]
    public void A_queue_it_never_died_in_is_no_circle() => None.With(new Death("a", Death.Expired)).IsAutomaticCycle("b").Should().BeFalse();

    [Fact]
    public void Coming_back_by_itself_is_a_circle()
        => None.With(new Death("a", Death.Expired)).With(new Death("b", Death.MaxLength)).IsAutomaticCycle("a").Should().BeTrue();

    [Fact]
    public void A_circle_in_which_somebody_rejected_it_goes_on()
        => None.With(new Death("a", Death.Expired)).With(new Death("b", Death.Rejected)).IsAutomaticCycle("a").Should().BeFalse();

    [Fact]
    public void A_rejection_before_the_circle_began_does_not_excuse_it()
        => None.With(new Death("z", Death.Rejected)).With(new Death("a", Death.Expired)).IsAutomaticCycle("a").Should().BeTrue();
}
