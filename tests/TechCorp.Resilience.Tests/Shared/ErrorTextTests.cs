using System.Text;

namespace TechCorp.Resilience.Tests;

[Trait("Spec", "DL1"), Trait("Spec", "FH3")]
public sealed class ErrorTextTests
{
    [Theory]
    [InlineData("connect amqps://app:p%40ss@broker:5671/vh failed", "connect amqps://***@broker:5671/vh failed")]
    [InlineData("Host=db;Username=app;Password=hunter2;Database=orders", "<connection string>")]
    [InlineData("login with password=hunter2, user bob", "login with password=***, user bob")]
    [InlineData("""{"apiKey": "k-123", "order": 7}""", """{"apiKey": ***, "order": 7}""")]
    [InlineData("Authorization: Bearer eyJhbGciOi.J9.abc", "Authorization: Bearer ***")]
    [InlineData("amqp://app:p@ss@broker/vh", "amqp://***@broker/vh")]
    [InlineData("cut in password=\"hunter", "cut in password=***")]
    [InlineData("order o1 was not found", "order o1 was not found")]
    [InlineData("Host=db;Username=app;Password='hunter2'", "<connection string>")]
    [InlineData("""Server=db;User Id=app;Password="p@ss;w0rd";Timeout=5""", "<connection string>")]
    [InlineData("Host=h;Password=ab's3cr3t;Database=x", "<connection string>")]
    [InlineData("Username=u;Password=ab,s3cr3t;Host=h", "Username=u;Password=***;Host=h")]
    [InlineData("Username=u;Password=ab,s3cr3t", "Username=u;Password=***")]
    [InlineData("""body {\"password\":\"hunter2\"}""", """body {\"password\":***}""")]
    [InlineData("""{"password":"ab\"s3cr3t","n":1}""", """{"password":***,"n":1}""")]
    [InlineData("""Password="ab""s3cr3t" is wrong""", "Password=*** is wrong")]
    [InlineData("""{"Password": ["s3cr3t", "hunter2"]}""", """{"Password": ***}""")]
    [InlineData("RABBITMQ_DEFAULT_PASS=s3cr3t", "RABBITMQ_DEFAULT_PASS=***")]
    [InlineData("GET /blob?sv=1&sig=s3cr3t&se=2", "GET /blob?sv=1&sig=***&se=2")]
    [InlineData("<user>ana</user><password>s3cr3t</password>", "<user>ana</user><password>***</password>")]
    [InlineData("eyJhbGciOiJIUzI1.eyJzdWIiOiIx.SflKxwRJS expired", "*** expired")]
    [InlineData("amqp://user:pa/s3cr3t@host", "amqp://***@host")]
    [InlineData("amqp://user:pa s3cr3t@host/vh", "amqp://***@host/vh")]
    [InlineData("Cookie: session=s3cr3t; theme=dark", "Cookie:***")]
    [InlineData("http://stock:80/a failed for order 7 of ana@example.com", "http://stock:80/a failed for order 7 of ana@example.com")]
    public void Secrets_are_scrubbed(string text, string expected)
        => ErrorText.MessageOf(new InvalidOperationException(text)).Should().Be(expected);

    [Fact]
    public void Text_is_cut_on_a_character_boundary()
    {
        var text = new string('x', 1022) + "😀 and more";

        var cut = ErrorText.MessageOf(new InvalidOperationException(text));

        cut.Should().Be(new string('x', 1022), "four bytes of one character do not fit into two");
        Encoding.UTF8.GetByteCount(ErrorText.StackOf(new InvalidOperationException(new string('ä', 20_000)))).Should().BeInRange(8190, 8192);
    }

    [Fact]
    public void An_exception_that_cannot_say_what_it_is_still_has_a_text()
        => ErrorText.MessageOf(new Mute()).Should().Contain(nameof(Mute)).And.Contain(nameof(NotSupportedException));

    [Safeguard("NUL and halves of surrogate pairs are replaced in error texts", SwitchedOff = "`ErrorText.Clean` does not call `Storable`")]
    [Fact]
    public void What_PostgreSQL_cannot_store_is_replaced_and_pairs_are_kept()
        => ErrorText.Clean("a\0b\uD83Dc\uDE00d😀").Should().Be("a\uFFFDb\uFFFDc\uFFFDd😀");

    [Fact]
    public void A_secret_is_removed_before_the_text_is_cut()
        => ErrorText.Clean("token=" + new string('x', 2_000) + " order 7").Should().Be("token=*** order 7");

    [Fact]
    public void Type_and_message_stand_together()
        => ErrorText.Of(new TimeoutException("pwd=1")).Should().Be("TimeoutException: pwd=***");

    private sealed class Mute : Exception
    {
        public override string Message => throw new NotSupportedException();
    }
}
