namespace OrderService.Clients;

/// <summary>What the payment service said of a charge.</summary>
internal enum ChargeAnswer
{
    /// <summary>Paid.</summary>
    Charged,

    /// <summary>Refused; certainly nothing was charged.</summary>
    Declined,

    /// <summary>Will be charged later (HTTP 202): ask again with the same key.</summary>
    Queued,

    /// <summary>An earlier attempt with this key is not over (HTTP 409 with Retry-After): ask again with the same key.</summary>
    Running,
}
