namespace TechCorp.Resilience.AspNetCore;

/// <summary>Carries a response that is not final out of the executor, which then releases the key.</summary>
internal sealed class NonFinalResponseException(StoredResponse response) : Exception("The response is not final; the key is released.")
{
    internal StoredResponse Response => response;
}
