namespace TechCorp.Messaging.Tests;

public sealed class TransportOptionsTests
{
    [Theory]
    [InlineData("amqp://host/a/b")]
    [InlineData("amqp://host/a/")]
    [InlineData("amqps://host//b")]
    public void A_uri_with_more_than_a_virtual_host_in_its_path_is_a_problem(string uri)
        => new RabbitMqOptions { Uris = [new Uri(uri)] }.Problems().Should().ContainSingle().Which.Should().Contain("%2F").And.Contain("host");

    [Theory]
    [InlineData("amqp://host")]
    [InlineData("amqp://host/")]
    [InlineData("amqp://host/a")]
    [InlineData("amqp://host/a%2Fb")]
    [InlineData("amqp://host/%2F")]
    public void One_virtual_host_is_none(string uri)
        => new RabbitMqOptions { Uris = [new Uri(uri)] }.Problems().Should().BeEmpty();

    [Fact, Trait("Spec", "FM19")]
    public void Encrypted_and_plain_uris_together_are_a_problem_that_names_one_of_each()
        => new RabbitMqOptions { Uris = [new Uri("amqps://app:hunter2@a"), new Uri("amqp://app:hunter2@b"), new Uri("amqp://c")] }.Problems().Should()
            .ContainSingle().Which.Should().StartWith("Uri must be all amqps:// or all amqp://").And.Contain("'amqps://a/'").And.Contain("'amqp://b/'")
            .And.NotContain("hunter2");

    [Theory]
    [InlineData("amqp://a", "amqp://b")]
    [InlineData("amqps://a", "amqps://b")]
    public void Uris_of_one_scheme_are_none(string first, string second)
        => new RabbitMqOptions { Uris = [new Uri(first), new Uri(second)] }.Problems().Should().BeEmpty();

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(65_535, true)]
    [InlineData(65_536, false)]
    public void MaxOutstandingConfirms_has_bounds(int window, bool valid)
        => new PublisherOptions { MaxOutstandingConfirms = window }.Problems().Any().Should().Be(!valid);
}
