using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.Http;

/// <summary>Makes the timeout of clients infinite whose pipeline has a limit, after all that the service configures. Without one, theirs stays.</summary>
/// <param name="client">The client; all of them without a name.</param>
/// <param name="services">The container.</param>
internal sealed class ClientTimeout(string? client, IServiceProvider services) : IPostConfigureOptions<HttpClientFactoryOptions>
{
    public void PostConfigure(string? name, HttpClientFactoryOptions options)
    {
        if (client is null || client == name)
        {
            options.HttpClientActions.Add(http =>
            {
                if (IsLimited(name))
                {
                    http.Timeout = Timeout.InfiniteTimeSpan;
                }
            });
        }
    }

    private bool IsLimited(string? name)
        => services.GetRequiredService<IOptions<HttpResilienceSettings>>().Value.PipelineOf(name) is { } pipeline
            && services.GetRequiredService<ResiliencePipelineRegistry>().OptionsOf(pipeline) is { Timeout: not null } or { Deadline: not null };
}
