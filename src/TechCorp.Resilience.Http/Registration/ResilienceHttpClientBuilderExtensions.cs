using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.Http;

/// <summary>Sends the requests of a client through a named pipeline.</summary>
public static class ResilienceHttpClientBuilderExtensions
{
    /// <summary>
    /// Adds a <see cref="ResilienceHandler"/> with the pipeline of this name, which is registered if it is not yet, and makes
    /// <see cref="HttpClient.Timeout"/> infinite: the limits of the pipeline count, and a call that they end is a failure of the host. If the pipeline has
    /// neither a timeout nor a deadline, <see cref="HttpClient.Timeout"/> stays as it is.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Handlers that are added later are inside: each attempt passes through them. Clients that name the same pipeline share its circuits. What code sets is
    /// overridden by the configuration sections <c>TechCorp:Resilience:Pipelines:&lt;name&gt;</c> and <c>TechCorp:Resilience:Http:&lt;name&gt;</c>, for
    /// example <c>…:Http:payments:CreateIdempotencyKeys=true</c>. Invalid options stop the host when it starts.
    /// </para>
    /// <para>A client has one pipeline: its own replaces that of <c>ConfigureHttpClientDefaults</c>, and of several the last one counts.</para>
    /// <para>An infinite timeout also holds while a response's content is read, which no limit of the pipeline covers: pass a token.</para>
    /// </remarks>
    /// <param name="builder">The client.</param>
    /// <param name="name">The pipeline.</param>
    /// <param name="configure">Sets keys and contents. Default: <see cref="HttpResilienceOptions"/> as it is.</param>
    public static IHttpClientBuilder AddTechCorpResilience(this IHttpClientBuilder builder, string name, Action<HttpResilienceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var services = builder.Services;
        services.AddTechCorpResilience(resilience => resilience.AddPipeline(name));
        services.AddOptions<HttpResilienceSettings>()
            .Configure(settings =>
            {
                settings.Use(builder.Name, name);
                var options = settings.Of(name);
                configure?.Invoke(options);
            })
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HttpResilienceSettings>, ConfigureHttpResilience>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HttpResilienceSettings>, ValidateHttpResilience>());

        services.AddSingleton<IPostConfigureOptions<HttpClientFactoryOptions>>(provider => new ClientTimeout(builder.Name, provider));
        return builder.ConfigureAdditionalHttpMessageHandlers((handlers, provider) =>
        {
            foreach (var former in handlers.OfType<ResilienceHandler>().ToArray())
            {
                handlers.Remove(former); // attempts of two would multiply
            }

            handlers.Add(Handler(provider, name));
        });
    }

    private static ResilienceHandler Handler(IServiceProvider provider, string name) => new(
        provider.GetRequiredService<ResiliencePipelineRegistry>(),
        name,
        provider.GetTimeProvider(),
        provider.GetLoggerFactory().CreateLogger("TechCorp.Resilience.Http"),
        provider.GetRequiredService<IOptions<HttpResilienceSettings>>().Value.Of(name));
}
