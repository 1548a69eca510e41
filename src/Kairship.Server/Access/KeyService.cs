using Kairship.Api;
using Kairship.Api.Access;
using Kairship.Server.Problems;
using Kairship.Storage.Access;

namespace Kairship.Server.Access;

internal sealed class KeyService(AccessStore access, TimeProvider time)
{
    private const int MaxRoles = 20;

    public async Task<Answer<CreatedKey>> CreateAsync(CreateKeyRequest request, string by, CancellationToken cancellationToken)
    {
        var errors = Check(request);
        if (errors.Count > 0)
        {
            return Refusal.Unprocessable("The key cannot be made like this.", errors);
        }

        var (key, token) = Make(request.Name, request.Roles, by);
        return await access.AddKeyAsync(key, cancellationToken)
            ? new CreatedKey(Info(key), token.ToString())
            : Refusal.Conflict($"There is a key called '{request.Name}' already: a name is one identity. Revoke that one first, or choose another name.");
    }

    /// <summary>The first key ever, or null when there are keys.</summary>
    public async Task<KeyToken?> CreateFirstAsync(CancellationToken cancellationToken)
    {
        if ((await access.ListKeysAsync(cancellationToken)).Count > 0)
        {
            return null;
        }

        var (key, token) = Make("admin", [Roles.Admin, Roles.Deployer], "kairship");
        return await access.AddKeyAsync(key, cancellationToken) ? token : null;
    }

    public async Task<IReadOnlyList<KeyInfo>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await access.ListKeysAsync(cancellationToken)).Select(Info)];

    public async Task<Refusal?> RevokeAsync(string id, CancellationToken cancellationToken)
    {
        var keys = await access.ListKeysAsync(cancellationToken);
        var key = keys.FirstOrDefault(k => k.Id == id);
        if (key is null)
        {
            return Refusal.NotFound($"There is no key with the id '{id}'.");
        }

        if (key.RevokedAt is null && key.Roles.Contains(Roles.Admin) && keys.Count(k => k.RevokedAt is null && k.Roles.Contains(Roles.Admin)) == 1)
        {
            return Refusal.Conflict("This is the last key with the role admin: make another before revoking it.");
        }

        await access.RevokeKeyAsync(id, time.GetUtcNow(), cancellationToken);
        return null;
    }

    private (ApiKey Key, KeyToken Token) Make(string name, IReadOnlyList<string> roles, string by)
    {
        var token = KeyToken.New();
        return (new ApiKey(token.Id, name, [.. roles.Distinct()], token.Hash(), by, time.GetUtcNow(), null), token);
    }

    private static List<ProblemError> Check(CreateKeyRequest request)
    {
        List<ProblemError> errors = [];
        if (!Roles.IsName(request.Name ?? ""))
        {
            errors.Add(new ProblemError("name", "must be 1 to 63 lower-case letters, digits and dashes, such as 'ci' or 'alice-laptop'"));
        }

        if (request.Roles is not { Count: > 0 and <= MaxRoles })
        {
            errors.Add(new ProblemError("roles", $"must name 1 to {MaxRoles} roles: admin, deployer, viewer, or one that approvals ask for"));
        }
        else
        {
            errors.AddRange(request.Roles.Select((role, i) => (role, i)).Where(r => !Roles.IsName(r.role ?? ""))
                .Select(r => new ProblemError($"roles[{r.i}]", $"'{r.role}' is not a role's name: lower-case letters, digits and dashes")));
        }

        return errors;
    }

    private static KeyInfo Info(ApiKey key) => new(key.Id, key.Name, key.Roles, key.CreatedBy, key.CreatedAt, key.RevokedAt);
}
