using System.Text.Json.Serialization;

namespace Kairship.Api.Scaling;

/// <summary>Somebody wants another total.</summary>
/// <param name="Replicas">Over all clusters together, within the limits of spec.scaling.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ScaleRequest([property: JsonRequired] int Replicas);
