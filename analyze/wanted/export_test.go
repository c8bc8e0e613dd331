package wanted

// Many is from where on flows are looked through.
const Many = many
