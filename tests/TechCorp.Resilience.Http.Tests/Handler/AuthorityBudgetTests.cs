using System.Net;

namespace TechCorp.Resilience.Http.Tests;

public sealed class AuthorityBudgetTests
{
    private readonly TestClock _clock = new();

    [Safeguard("Each authority has its own retry budget", SwitchedOff = "all share the one of the options")]
    [Fact, Trait("Spec", "RT14")]
    public async Task A_dead_authority_does_not_spend_the_budget_of_another()
    {
        var server = new ScriptedServer(_clock);
        for (var request = 1; request <= 3; request++)
        {
            server.Answer(request, HttpStatusCode.ServiceUnavailable);
        }

        var options = new ResiliencePipelineOptions { Retry = new RetryOptions { Budget = new RetryBudget(minimum: 1) } };
        using var client = new HttpClient(new ResilienceHandler("inventory", options, _clock) { InnerHandler = server }) { Timeout = Timeout.InfiniteTimeSpan };

        var dead = await _clock.RunAsync(client.GetAsync(new Uri("http://dead.test/")));
        var well = await _clock.RunAsync(client.GetAsync(new Uri("http://well.test/")));

        dead.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, "its one token paid for one retry");
        well.StatusCode.Should().Be(HttpStatusCode.OK, "it has its own token");
        server.Times.Should().HaveCount(4);
    }
}
