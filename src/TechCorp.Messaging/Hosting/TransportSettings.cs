using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>What a transport is made from, beside its own address.</summary>
/// <param name="Publisher">Checked, and not changed any more.</param>
/// <param name="AppId">The service's name, for the broker's list of connections.</param>
/// <param name="TimeProvider">For every wait and deadline.</param>
/// <param name="Loggers">Where it logs.</param>
/// <param name="Configuration">The section <c>TechCorp:Messaging</c>, or null.</param>
internal sealed record TransportSettings(PublisherOptions Publisher, string AppId, TimeProvider TimeProvider, ILoggerFactory Loggers,
    IConfiguration? Configuration);
