using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Lets the configuration override what code set.</summary>
internal sealed class ConfigureIdempotencyKeys(IdempotencyKeyConfiguration read, IConfiguration? configuration = null)
    : IPostConfigureOptions<IdempotencyKeyOptions>
{
    public void PostConfigure(string? name, IdempotencyKeyOptions options)
    {
        read.Problems.Clear();
        if (configuration is not null)
        {
            SectionReader.Read(configuration.GetSection("TechCorp:Resilience:IdempotencyKeys"), read.Problems, section =>
            {
                section.Int32(nameof(options.MaxRequestBody), value => options.MaxRequestBody = value);
                section.Int32(nameof(options.MaxResponseBody), value => options.MaxResponseBody = value);
                section.Boolean(nameof(options.CancelWhenCallerDisconnects), value => options.CancelWhenCallerDisconnects = value);
            });
        }
    }
}
