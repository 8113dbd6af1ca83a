using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Builds all endpoints before the server listens: otherwise the first request would, and one that cannot require a key would fail it.</summary>
internal sealed class EndpointCheck : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app); // it maps what is not mapped yet
        _ = app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints.Count;
    };
}
