namespace OrderService.Clients;

/// <summary>The payment service's response to a charge request.</summary>
internal enum ChargeOutcome
{
    /// <summary>Paid.</summary>
    Charged,

    /// <summary>Declined; nothing was charged.</summary>
    Declined,

    /// <summary>Queued to be charged later (HTTP 202): repeat the request with the same key.</summary>
    Queued,

    /// <summary>An earlier attempt with this key still runs (HTTP 409 with Retry-After): repeat the request with the same key.</summary>
    Running,
}
