using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Sets the options of all endpoints that require an <c>Idempotency-Key</c>.</summary>
public static class IdempotencyKeyServiceCollectionExtensions
{
    /// <summary>
    /// Sets options for all endpoints with <see cref="IdempotencyKeyEndpointExtensions.RequireIdempotencyKey{TBuilder}"/>, and builds the endpoints when the
    /// host starts, before the server listens, so that one that cannot require a key stops the start. May be called several times.
    /// </summary>
    /// <remarks>What code sets is overridden by the configuration section <c>TechCorp:Resilience:IdempotencyKeys</c>: <c>MaxRequestBody</c>,
    /// <c>MaxResponseBody</c> and <c>CancelWhenCallerDisconnects</c>. Invalid options stop the host when it starts, with all problems in one
    /// <see cref="OptionsValidationException"/>.</remarks>
    /// <param name="services">The container.</param>
    /// <param name="configure">Sets options.</param>
    public static IServiceCollection AddTechCorpIdempotencyKeys(this IServiceCollection services, Action<IdempotencyKeyOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<IdempotencyKeyOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton<IdempotencyKeyConfiguration>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<IdempotencyKeyOptions>, ConfigureIdempotencyKeys>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IdempotencyKeyOptions>, ValidateIdempotencyKeys>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, EndpointCheck>());
        return services;
    }
}
