namespace Kairship.Delivery.Arbitration;

/// <summary>Why somebody holds an application. A higher one may pre-empt a lower one; equal ones wait.</summary>
public enum ArbiterPurpose
{
    /// <summary>Putting back what was released: gives way to everything that somebody asks for.</summary>
    Heal = 5,
    Scale = 10,
    Release = 20,
    Failback = 30,
    Failover = 40,

    /// <summary>Deleting the application.</summary>
    Removal = 50,
}

/// <summary>The one right to change an application, persisted; held by a release (or, later, a scaling or failover run) until it is over.</summary>
/// <param name="Epoch">Grows with every change of holder.</param>
public sealed record ArbiterLease(string Application, string Holder, ArbiterPurpose Purpose, long Epoch, DateTimeOffset Since);
