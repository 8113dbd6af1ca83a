using Microsoft.Extensions.Options;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>Reports every problem at once.</summary>
internal sealed class ValidateIdempotencyKeys(IdempotencyKeyConfiguration read) : IValidateOptions<IdempotencyKeyOptions>
{
    public ValidateOptionsResult Validate(string? name, IdempotencyKeyOptions options)
    {
        string[] problems = [.. read.Problems, .. OptionsCheck.Of(nameof(IdempotencyKeyOptions), options.Problems())];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
