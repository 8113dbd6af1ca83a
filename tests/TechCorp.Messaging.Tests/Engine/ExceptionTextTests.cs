using System.Text;

namespace TechCorp.Messaging.Tests;

[Trait("Spec", "DL1")]
public sealed class ExceptionTextTests
{
    [Theory]
    [InlineData("connect amqps://app:p%40ss@broker:5671/vh failed", "connect amqps://***@broker:5671/vh failed")]
    [InlineData("Host=db;Username=app;Password=hunter2;Database=orders", "<connection string>")]
    [InlineData("login with password=hunter2, user bob", "login with password=***, user bob")]
    [InlineData("""{"apiKey": "k-123", "order": 7}""", """{"apiKey": ***, "order": 7}""")]
    [InlineData("Authorization: Bearer eyJhbGciOi.J9.abc", "Authorization: Bearer ***")]
    [InlineData("order o1 was not found", "order o1 was not found")]
    public void Secrets_are_scrubbed(string text, string expected)
        => ExceptionText.MessageOf(new InvalidOperationException(text)).Should().Be(expected);

    [Fact]
    public void Text_is_cut_on_a_character_boundary()
    {
        var text = new string('x', 1022) + "😀 and more";

        var cut = ExceptionText.MessageOf(new InvalidOperationException(text));

        cut.Should().Be(new string('x', 1022), "four bytes of one character do not fit into two");
        Encoding.UTF8.GetByteCount(ExceptionText.StackOf(new InvalidOperationException(new string('ä', 20_000)))).Should().BeInRange(8190, 8192);
    }

    [Fact]
    public void An_exception_that_cannot_say_what_it_is_still_has_a_text()
        => ExceptionText.MessageOf(new Mute()).Should().Contain(nameof(Mute)).And.Contain(nameof(NotSupportedException));

    private sealed class Mute : Exception
    {
        public override string Message => throw new NotSupportedException();
    }
}
