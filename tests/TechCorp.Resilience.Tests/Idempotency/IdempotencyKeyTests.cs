namespace TechCorp.Resilience.Tests;

public sealed class IdempotencyKeyTests
{
    [Fact]
    public void Both_parts_are_there_to_read() => new IdempotencyKey("acme/payments", "17").ToString().Should().Be("acme/payments:17");

    [Fact]
    public void A_part_may_have_255_characters_and_no_more()
    {
        FluentActions.Invoking(() => new IdempotencyKey(new string('s', 255), new string('k', 255))).Should().NotThrow();
        FluentActions.Invoking(() => new IdempotencyKey("s", new string('k', 256))).Should().Throw<ArgumentException>()
            .WithParameterName("value").WithMessage("At most 255 characters are allowed; there are 256.*");
    }

    [Fact]
    public void An_empty_part_is_refused()
    {
        FluentActions.Invoking(() => new IdempotencyKey("", "k")).Should().Throw<ArgumentException>().WithParameterName("scope");
        FluentActions.Invoking(() => new IdempotencyKey("s", "")).Should().Throw<ArgumentException>().WithParameterName("value");
    }

    [Theory]
    [InlineData("a\nb", 1)]
    [InlineData("ab\0", 2)]
    public void A_control_character_is_refused_and_its_index_reported(string part, int index)
        => FluentActions.Invoking(() => new IdempotencyKey("s", part)).Should().Throw<ArgumentException>()
            .WithMessage($"Control characters are not allowed; there is one at index {index}.*");

    [Fact]
    public void Characters_outside_the_basic_plane_are_allowed()
        => FluentActions.Invoking(() => new IdempotencyKey("s", "\ud83d\ude00 and \ud83d\ude00")).Should().NotThrow();

    [Fact]
    public void Half_a_surrogate_pair_is_refused_wherever_it_stands()
    {
        string[] halves = ["\ud83d", "a\ude00", "\ud83dx", "\ude00\ud83d", "\ud83d\ude00\ud83d"]; // not InlineData: an attribute keeps UTF-8

        halves.Should().AllSatisfy(half => FluentActions.Invoking(() => new IdempotencyKey("s", half)).Should().Throw<ArgumentException>()
            .WithParameterName("value").WithMessage("Half a surrogate pair is not allowed; there is one near index *"));
    }
}
