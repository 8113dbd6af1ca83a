using System.Net;

namespace TechCorp.Resilience.Http.Tests;

public sealed class RetryAfterHeaderTests
{
    private static readonly Uri Stock = new("http://stock.test/products/7");
    private readonly TestClock _clock = new();

    [Safeguard("Retry-After is read by the server's clock", SwitchedOff = "a date is measured by our clock")]
    [Theory, Trait("Spec", "FR8")]
    [InlineData(-3600)]
    [InlineData(0)]
    [InlineData(3600)]
    public async Task A_date_is_measured_from_the_date_of_the_response(int serverIsAhead)
    {
        var serverNow = _clock.GetUtcNow().AddSeconds(serverIsAhead);

        (await WaitAsync($"{serverNow.AddSeconds(6):R}", serverNow)).Should().Be(6);
    }

    [Fact, Trait("Spec", "FR8")]
    public async Task Without_a_date_of_the_response_our_clock_is_all_there_is()
        => (await WaitAsync($"{_clock.GetUtcNow().AddSeconds(7):R}", date: null)).Should().Be(7);

    [Safeguard("An overflowing Retry-After is a long one", SwitchedOff = "a number is read as .NET reads the header")]
    [Theory, Trait("Spec", "FR8")]
    [InlineData("2147483648")]
    [InlineData("922337203685")]
    [InlineData("99999999999999999999999")]
    [InlineData("9")]
    public async Task A_number_beyond_the_cap_ends_the_call_however_large_it_is(string value)
        => (await WaitAsync(value, date: null)).Should().BeNull();

    [Theory, Trait("Spec", "FR8")]
    [InlineData("6", 6)]
    [InlineData(" 6 ", 6)]
    [InlineData("0", 1)]
    [InlineData("-6", 1)]
    [InlineData("soon", 1)]
    [InlineData("1.5", 1)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", 1)]
    [InlineData("Sun Nov  6 08:49:37 1994", 1)]
    public async Task Whatever_else_the_header_says_the_back_off_holds(string value, double wait) => (await WaitAsync(value, date: null)).Should().Be(wait);

    /// <summary>The wait before the second attempt; null when there was none.</summary>
    private async Task<double?> WaitAsync(string retryAfter, DateTimeOffset? date)
    {
        using var server = new ScriptedServer(_clock).Answer(1, _ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { Date = date } };
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            return new(response);
        });
        using var client = new HttpClient(new ResilienceHandler("inventory", timeProvider: _clock) { InnerHandler = server });

        await _clock.RunAsync(client.GetAsync(Stock));

        return server.Times is [0, var second] ? second : null;
    }
}
