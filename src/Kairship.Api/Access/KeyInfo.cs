using System.Text.Json.Serialization;

namespace Kairship.Api.Access;

/// <param name="Name">The identity that releases, approvals and the audit show; one key that is not revoked has it.</param>
/// <param name="Roles">admin, deployer, viewer, or names that approvals ask for ("release-manager").</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateKeyRequest(string Name, IReadOnlyList<string> Roles);

public sealed record KeyInfo(string Id, string Name, IReadOnlyList<string> Roles, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <param name="Token">The whole key, shown this once.</param>
public sealed record CreatedKey(KeyInfo Key, string Token);

public sealed record IdentityInfo(string Name, IReadOnlyList<string> Roles);

/// <param name="Path">To be put behind the server's address; opened in a browser it signs in once, as the key that asked for it.</param>
public sealed record SignInLink(string Path, DateTimeOffset ExpiresAt);
